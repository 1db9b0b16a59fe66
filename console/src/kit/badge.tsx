import { Check, Circle, CircleDashed, type LucideIcon, TriangleAlert, X } from 'lucide-react';
import css from './badge.module.css';
import { inWords } from './words.js';

/** How much a state wants attention. */
export type Tone = 'good' | 'warn' | 'bad' | 'quiet' | 'waiting';

const ICONS: Readonly<Record<Tone, LucideIcon>> = {
  good: Check,
  warn: TriangleAlert,
  bad: X,
  quiet: Circle,
  waiting: CircleDashed,
};

/** A state, by its word and a shape; the colour only helps. */
export function Badge({ state, tone }: { readonly state: string; readonly tone: Tone }) {
  const Icon = ICONS[tone];
  return (
    <span className={`${css.badge} ${css[tone]}`}>
      <Icon size={13} aria-hidden="true" />
      {inWords(state)}
    </span>
  );
}
