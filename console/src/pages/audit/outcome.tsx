import { Badge, type Tone } from '../../kit/badge.js';
import type { OUTCOMES } from './search.js';

type Outcome = (typeof OUTCOMES)[number];

const TONES: Readonly<Record<Outcome, Tone>> = { ALLOWED: 'good', DENIED: 'bad', FAILED: 'warn' };

/** Whether it was allowed, and done. */
export const OutcomeBadge = ({ outcome }: { readonly outcome: Outcome }) => (
  <Badge state={outcome} tone={TONES[outcome]} />
);
