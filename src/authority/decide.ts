import { forbidden, notFound, unauthenticated, wrongScope } from '../platform/errors.js';
import type { Decision, Policy, PolicyName } from '../platform/policy/index.js';
import { compare } from './candidate.js';
import type { AuthorizationContext } from './context.js';

/** Throws the refusal that a decision stands for; returns when it allows. */
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
 * Refuses with a token that its user was given for fewer roles: it ends nothing that it did not begin, and makes nothing
 * that lasts longer than itself.
 */
export function requireWhole({ actor }: AuthorizationContext, policy: PolicyName): void {
  if (actor.token?.isNarrowed) throw forbidden(policy, 'NARROWED_TOKEN');
}

/** Refuses unless the caller could do this to some row. */
export function requireOperation(authorization: AuthorizationContext, policy: PolicyName): void {
  const { policies, candidate, actor } = authorization;
  const decision = policies.decideOperation(policy, actor);
  if (candidate !== null)
    compare(candidate, policy, actor.scope, decision, (other) => other.decideOperation(policy, actor));
  refuseUnless(decision, policy);
}

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

/** The row, when the caller may read it; otherwise the answer is the same as for a row that does not exist. */
export function requireVisible<Row extends object, Found extends Row>(
  authorization: AuthorizationContext,
  read: Policy<Row>,
  row: Found | undefined,
  what: string,
): Found {
  if (row === undefined || !mayOn(authorization, read, row)) throw notFound(what);
  return row;
}

/** Refuses unless the caller may do this to the row, which it can read. */
export function requireAllowed<Row extends object>(
  authorization: AuthorizationContext,
  policy: Policy<Row>,
  row: NoInfer<Row>,
): void {
  refuseUnless(decideRow<Row>(authorization, policy, row), policy.name);
}
