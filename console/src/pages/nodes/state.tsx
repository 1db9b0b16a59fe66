import type { NodeQuery } from '../../generated/documents.js';
import { Badge, type Tone } from '../../kit/badge.js';

type Found = NonNullable<NodeQuery['node']>;
type Condition = Pick<Found['conditions'][number], 'type' | 'status' | 'reason'>;
type Reason = Condition['reason'];

/** Why a node is Ready or attested or not, in words that tell never heard from not heard any more. */
const WORDS: Readonly<Record<Reason, readonly [word: string, tone: Tone]>> = {
  LEASE_CURRENT: ['Ready', 'good'],
  LEASE_EXPIRED: ['Fell silent', 'warn'],
  NEVER_HEARD: ['Never heard', 'waiting'],
  NO_AGENT: ['No machine', 'waiting'],
  CREATED: ['Not enrolled', 'waiting'],
  PENDING: ['Pending', 'waiting'],
  TRUSTED: ['Trusted', 'good'],
  STALE: ['Stale', 'warn'],
  FAILED: ['Failed', 'bad'],
  BANNED: ['Banned', 'bad'],
  RETIRED: ['Retired', 'quiet'],
};

/** A condition of a node, by its reason. */
export function ConditionBadge({ reason }: Pick<Condition, 'reason'>) {
  const [word, tone] = WORDS[reason];
  return <Badge state={word} tone={tone} />;
}

/** One of the conditions of a node. */
export function NodeCondition({ of, type }: { readonly of: readonly Condition[]; readonly type: Condition['type'] }) {
  const found = of.find((one) => one.type === type);
  return found ? <ConditionBadge reason={found.reason} /> : '—';
}

const AVAILABLE: Readonly<Record<Found['availability'], readonly [word: string, tone: Tone]>> = {
  ACTIVE: ['Active', 'good'],
  PAUSE: ['Paused', 'quiet'],
  DRAIN: ['Draining', 'warn'],
};

/** Whether operators want workloads on a node. */
export function AvailabilityBadge({ availability }: Pick<Found, 'availability'>) {
  const [word, tone] = AVAILABLE[availability];
  return <Badge state={word} tone={tone} />;
}
