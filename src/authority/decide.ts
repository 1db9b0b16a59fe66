import { forbidden, notFound, unauthenticated, wrongScope } from '../platform/errors.js';
import type { Decision, Policy, PolicyName } from '../platform/policy/index.js';
import { compare } from './candidate.js';
import type { AuthorizationContext } from './context.js';

/** Throws the refusal that belongs to a decision; returns when it allows. */
export function refuseUnless(decision: Decision, policy: string): void {
  switch (decision.outcome) {
    case 'ALLOWED':
      return;
    case 'UNAUTHENTICATED':
      throw unauthenticated();
    case 'WRONG_SCOPE':
      throw wrongScope(policy, decision.scopeTypes);
    case 'FORBIDDEN':
      throw forbidden(policy, decision.reason);
  }
}

/**
 * Refuses a token that its user got for fewer roles: it may end nothing that it did not begin, and make nothing that
 * outlasts it.
 */
export function requireWhole(authorization: AuthorizationContext, policy: PolicyName): void {
  if (isNarrowed(authorization)) throw forbidden(policy, 'NARROWED_TOKEN');
}

export const isNarrowed = ({ actor }: AuthorizationContext): boolean => actor.token?.isNarrowed === true;

/** Refuses when there can be no row that the caller may do this to. */
export function requireOperation(authorization: AuthorizationContext, policy: PolicyName): void {
  const { policies, candidate, actor } = authorization;
  const decision = policies.decideOperation(policy, actor);
  if (candidate !== null)
    compare(candidate, policy, actor.scope, decision, (other) => other.decideOperation(policy, actor));
  refuseUnless(decision, policy);
}

/** Whether there can be a row that the caller may do this to. */
export const couldDo = ({ policies, actor }: AuthorizationContext, policy: PolicyName): boolean =>
  policies.decideOperation(policy, actor).outcome === 'ALLOWED';

function decideRow<Row extends object>(
  { policies, candidate, actor }: AuthorizationContext,
  policy: Policy<Row>,
  row: Row,
): Decision {
  const decision = policies.decideRow<Row>(policy, actor, row);
  if (candidate !== null)
    compare(candidate, policy.name, actor.scope, decision, (other) => other.decideRow<Row>(policy, actor, row));
  return decision;
}

/** Whether the caller may do this to the row. */
export function mayOn<Row extends object>(
  authorization: AuthorizationContext,
  policy: Policy<Row>,
  row: NoInfer<Row>,
): boolean {
  return decideRow<Row>(authorization, policy, row).outcome === 'ALLOWED';
}

/** Returns the row when the caller may read it; otherwise the error is the same as for a row that does not exist. */
export function requireVisible<Row extends object, Found extends Row>(
  authorization: AuthorizationContext,
  read: Policy<Row>,
  row: Found | undefined,
  what: string,
): Found {
  if (row === undefined || !mayOn(authorization, read, row)) throw notFound(what);
  return row;
}

/** Refuses unless the caller, who can read the row, may do this to it. */
export function requireAllowed<Row extends object>(
  authorization: AuthorizationContext,
  policy: Policy<Row>,
  row: NoInfer<Row>,
): void {
  refuseUnless(decideRow<Row>(authorization, policy, row), policy.name);
}
