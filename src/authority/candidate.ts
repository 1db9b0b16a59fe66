import type { Decision, PolicyRegistry } from '../platform/policy/index.js';

export type DecisionChange = 'ALLOWED_TO_DENIED' | 'DENIED_TO_ALLOWED';

/** Policies that operators try out. They are evaluated beside those in force, and never enforced. */
export interface Candidate {
  readonly policies: PolicyRegistry;
  /** The policies that differ from those in force. */
  readonly differing: ReadonlySet<string>;
  /** Notes a decision that the candidate would have made differently. */
  notice(policy: string, scope: string, change: DecisionChange): void;
}

/** Compares a decision with the one that the candidate would make. */
export function compare(
  candidate: Candidate,
  policy: string,
  scope: string | null,
  decision: Decision,
  decide: (policies: PolicyRegistry) => Decision,
): void {
  if (scope === null || !candidate.differing.has(policy)) return;
  const [was, would] = [decision, decide(candidate.policies)].map(({ outcome }) => outcome === 'ALLOWED');
  if (was !== would) candidate.notice(policy, scope, was ? 'ALLOWED_TO_DENIED' : 'DENIED_TO_ALLOWED');
}
