import type { Decision, PolicyRegistry } from '../platform/policy/index.js';

export type DecisionChange = 'ALLOWED_TO_DENIED' | 'DENIED_TO_ALLOWED';

/** Policies that operators try out. They are asked beside those in force, and never obeyed. */
export interface Candidate {
  readonly policies: PolicyRegistry;
  /** The policies that they are not the same for. */
  readonly differing: ReadonlySet<string>;
  /** Takes note of a decision that they would have made otherwise. */
  notice(policy: string, scope: string, change: DecisionChange): void;
}

/** Asks a candidate what was just decided. */
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
