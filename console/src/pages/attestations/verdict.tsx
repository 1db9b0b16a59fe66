import { Badge } from '../../kit/badge.js';

/** Whether evidence was accepted. */
export const VerdictBadge = ({ verdict }: { readonly verdict: 'ACCEPTED' | 'REJECTED' }) => (
  <Badge state={verdict} tone={verdict === 'ACCEPTED' ? 'good' : 'bad'} />
);
