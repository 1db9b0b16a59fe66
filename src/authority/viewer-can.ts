import { notFound } from '../platform/errors.js';
import type { Decision, PolicyName, TargetValues } from '../platform/policy/index.js';
import type { Context, Obstacle } from './context.js';
import { defineLoaderOf } from './loader.js';
import { allOperations, among, type Operation, operationsOn } from './operations.js';
import { type AskedObject, readAsked } from './viewer-can-rows.js';

/** Shape of `RequiredGrant`: a role that the caller lacks at the scope of its token. */
export interface RequiredGrant {
  readonly role: string;
  readonly scopeType: string;
  readonly domainId: string | null;
  readonly projectId: string | null;
}

/** Shape of `ViewerPermission`. */
export interface ViewerPermission {
  readonly operation: string;
  readonly isAllowed: boolean;
  readonly reason: Obstacle | null;
  /** The scope types of which the token would have to be. */
  readonly scopeTypes: readonly string[];
  /** A function: a search that only some callers ask for. */
  readonly requires: () => Promise<readonly RequiredGrant[]>;
}

type Names = readonly string[] | null | undefined;

/**
 * What the caller may do with an object, by the engine that decides on the attempt. It tells rights alone: an attempt
 * that is allowed can still fail by the state of the object, or by other objects that its input names.
 *
 * @throws Refusal NOT_FOUND for an object that the caller may not read, or that is gone; BAD_USER_INPUT for the name of
 *   an operation that is not about such objects.
 */
export async function viewerCan(context: Context, type: string, id: string, names: Names) {
  const operations = among(operationsOn(context, type).operations, names).map(({ name }) => name);
  const told = await loadPermissions(context, { type, operations }).load(id);
  if (told === null) throw notFound(type);
  return told;
}

/** What the caller may do at its scope at all: with some object, or with none. */
export async function viewerCanAnywhere(context: Context, names: Names): Promise<readonly ViewerPermission[]> {
  const { policies, actor } = context;
  return among(allOperations(context), names).map((operation) => {
    const decision = policies.decideOperation(operation.policy, actor);
    return permission(context, operation, decision, obstacleOf(context, operation, decision), undefined);
  });
}

interface Asked {
  readonly type: string;
  readonly operations: readonly string[];
}

/** For all objects of a page together: one statement, whatever the operations. */
const loadPermissions = defineLoaderOf(async (context, ids: readonly string[], { type, operations }: Asked) => {
  const on = operationsOn(context, type);
  const asked = among(on.operations, operations);
  const objects = await readAsked(context, on, asked, ids);
  const told = new Map<string, ViewerPermission[]>([...objects.keys()].map((id) => [id, []]));
  for (const operation of asked) {
    const decided = [...objects.values()].map((object) => ({ object, decision: object.decide(operation.policy) }));
    const further = await furtherObstacles(context, operation, decided);
    for (const { object, decision } of decided) {
      const obstacle = obstacleOf(context, operation, decision) ?? further.get(object.id) ?? null;
      const values = object.valuesFor(operation.policy);
      told.get(object.id)?.push(permission(context, operation, decision, obstacle, values));
    }
  }
  return told;
});

interface Decided {
  readonly object: AskedObject;
  readonly decision: Decision;
}

async function furtherObstacles(
  context: Context,
  { requirement, name }: Operation,
  decided: readonly Decided[],
): Promise<ReadonlyMap<string, Obstacle>> {
  const allowed = decided.filter(({ decision }) => decision.outcome === 'ALLOWED').map(({ object }) => object);
  if (!requirement?.ofObjects || allowed.length === 0) return new Map();
  const may = (object: AskedObject) => (policy: PolicyName) => object.decide(policy).outcome === 'ALLOWED';
  const objects = allowed.map((object) => ({ id: object.id, read: object.readFor(name), may: may(object) }));
  return requirement.ofObjects(context, objects);
}

/** What keeps the caller from it whatever the object, or by the policy's decision on the object. */
function obstacleOf(context: Context, { requirement }: Operation, decision: Decision): Obstacle | null {
  switch (decision.outcome) {
    case 'ALLOWED':
      return requirement?.ofCaller?.(context) ?? null;
    case 'FORBIDDEN':
      return decision.reason ?? 'FORBIDDEN';
    default:
      return 'WRONG_SCOPE';
  }
}

function permission(
  context: Context,
  { name, policy }: Operation,
  decision: Decision,
  reason: Obstacle | null,
  values: TargetValues | undefined,
): ViewerPermission {
  const scopeTypes = decision.outcome === 'WRONG_SCOPE' ? decision.scopeTypes.map((type) => type.toUpperCase()) : [];
  return {
    operation: name,
    isAllowed: reason === null,
    reason,
    scopeTypes,
    // Only a check can be satisfied by roles.
    requires: async () => (reason === 'FORBIDDEN' ? requiredGrants(context, policy, values) : []),
  };
}

async function requiredGrants(context: Context, policy: PolicyName, values: TargetValues | undefined) {
  const { where } = context.actor;
  const scope = { domainId: null, projectId: null, ...where };
  const roles = await context.missingRoles(context, policy, values);
  return roles.map((role): RequiredGrant => {
    const { domainId, projectId } = scope;
    return { role, scopeType: (where?.type ?? 'unscoped').toUpperCase(), domainId, projectId };
  });
}
