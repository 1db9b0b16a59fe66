import type {
  AgentState,
  NodeConditionReason,
  NodeConditionStatus,
  NodeConditionType,
} from '../../generated/graphql.js';
import { type Heard, heardAt, leaseEnd } from '../leases/index.js';

/** What is known of a node at a moment. */
export interface Observed extends Heard {
  /** Whether the node was Ready when that was last stored, and since when. */
  readonly isReady: boolean;
  readonly readyChangedAt: Date | null;
  /** The state of its agent at the moment; null for a node without one. */
  readonly trust: AgentState | null;
  readonly trustChangedAt: Date | null;
  /** The codes of the failures in the last evidence that was rejected; null when none was. */
  readonly failureCodes: readonly string[] | null;
}

export interface Condition {
  readonly type: NodeConditionType;
  readonly status: NodeConditionStatus;
  readonly reason: NodeConditionReason;
  readonly message: string;
  readonly lastTransitionAt: Date | null;
  readonly failureCodes: readonly string[];
}

const CODES_MAX = 20;

/** Ready is computed from the time of the last renewal, also when no job ran since. */
export function readiness(heard: Heard, now: Date, leaseIntervalMs: number) {
  const renewedAt = heardAt(heard);
  const until = renewedAt && leaseEnd(renewedAt, leaseIntervalMs);
  return { renewedAt, until, isReady: until !== null && until > now };
}

export function conditionsOf(observed: Observed, now: Date, leaseIntervalMs: number): readonly Condition[] {
  return [ready(observed, now, leaseIntervalMs), attested(observed)];
}

function ready(observed: Observed, now: Date, leaseIntervalMs: number): Condition {
  const { renewedAt, until, isReady } = readiness(observed, now, leaseIntervalMs);
  const reason = readyReason(renewedAt, isReady);
  return {
    type: 'READY',
    status: isReady ? 'TRUE' : 'FALSE',
    reason,
    message: MESSAGES[reason],
    // Until a job has stored that it is Ready, it is so since it was renewed.
    lastTransitionAt: isReady ? (observed.isReady ? observed.readyChangedAt : renewedAt) : until,
    failureCodes: [],
  };
}

export function readyReason(renewedAt: Date | null, isReady: boolean) {
  if (renewedAt === null) return 'NEVER_HEARD';
  return isReady ? 'LEASE_CURRENT' : 'LEASE_EXPIRED';
}

function attested({ trust, trustChangedAt, failureCodes }: Observed): Condition {
  const reason = trust ?? 'NO_AGENT';
  const status = attestedStatus(trust);
  const codes = status === 'TRUE' ? [] : (failureCodes ?? []).slice(0, CODES_MAX);
  const message = codes.length > 0 ? `${MESSAGES[reason]} Last failures: ${codes.join(', ')}.` : MESSAGES[reason];
  return { type: 'ATTESTED', status, reason, message, lastTransitionAt: trustChangedAt, failureCodes: codes };
}

/** What the state of a node's agent says of it. */
export function attestedStatus(trust: AgentState | null): NodeConditionStatus {
  if (trust === 'TRUSTED') return 'TRUE';
  return trust === 'FAILED' || trust === 'BANNED' || trust === 'RETIRED' ? 'FALSE' : 'UNKNOWN';
}

const MESSAGES: Readonly<Record<NodeConditionReason, string>> = {
  LEASE_CURRENT: 'The lease was renewed in time.',
  LEASE_EXPIRED: 'The lease was not renewed in time.',
  NEVER_HEARD: 'The machine was never heard.',
  NO_AGENT: 'The node waits for its machine.',
  CREATED: 'The agent is not enrolled yet.',
  PENDING: 'No evidence was accepted since the agent enrolled or was reset.',
  TRUSTED: 'The last evidence was accepted.',
  STALE: 'No new evidence was accepted in time.',
  FAILED: 'Evidence was rejected.',
  BANNED: 'An operator banned the agent.',
  RETIRED: 'The agent is retired.',
};
