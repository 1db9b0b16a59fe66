import { defaultFieldResolver, type GraphQLSchema, isObjectType } from 'graphql';
import { type Context, type Route, requireOperation } from '../../authority/index.js';
import { forbidden } from '../../platform/errors.js';
import { PolicyError, type PolicyName, type PolicyRegistry } from '../../platform/policy/index.js';
import { coordinatesOf } from './coordinates.js';

/** Whether a caller could do this to any row: true, or the refusal. The services decide on rows. */
export type Verdict = (context: Context) => true | Error;

/** The guard of a field: a policy's verdict, the same for every field that the policy claims. */
export interface Guard {
  /** The policy's name. */
  readonly name: string;
  readonly verdict: Verdict;
}

/** Guards a field with a gap, should one get past the check at the start. */
export const DENIED: Guard = { name: 'no policy', verdict: () => forbidden('none') };

/** Derives the guard of every field, by `Type.field`, from the policies. A field with a gap is denied to everybody. */
export function guardsOf(schema: GraphQLSchema, policies: PolicyRegistry): ReadonlyMap<string, Guard> {
  const ofPolicies = new Map<PolicyName, Guard>();
  const guards = new Map<string, Guard>();
  for (const coordinate of coordinatesOf(schema)) {
    const name = policies.policyFor(coordinate)?.name;
    if (name === undefined || gapAt(schema, policies, coordinate) !== null) {
      guards.set(coordinate, DENIED);
      continue;
    }
    const guard = ofPolicies.get(name) ?? { name, verdict: verdictOf(name) };
    ofPolicies.set(name, guard);
    guards.set(coordinate, guard);
  }
  return guards;
}

/**
 * Requires that a schema has no gap. Call it before anything wraps the resolvers.
 * @throws PolicyError for a field that no policy claims, and for a field that is claimed apart from its type but has
 *   no resolver of its own: graphql would read it from a row that the type's policy allowed.
 */
export function requireGuardedFields(schema: GraphQLSchema, policies: PolicyRegistry): void {
  const gaps = coordinatesOf(schema).flatMap((coordinate) => gapAt(schema, policies, coordinate) ?? []);
  if (gaps.length > 0) throw new PolicyError(gaps.join('; '));
}

/** Requires a policy for each route. @throws PolicyError for a route that no policy claims. */
export function requireGuardedRoutes(routes: readonly Route[], policies: PolicyRegistry): void {
  const uncovered = policies.uncovered(routes.map((route) => `HTTP.${route.name}`));
  if (uncovered.length > 0) throw new PolicyError(`no policy guards ${uncovered.join(', ')}`);
}

/** Why a field may not be served; null when it may. */
function gapAt(schema: GraphQLSchema, policies: PolicyRegistry, coordinate: string): string | null {
  if (policies.policyFor(coordinate) === undefined) return `no policy guards ${coordinate}`;
  const isBare = policies.claimedApart(coordinate) && !hasResolver(schema, coordinate);
  return isBare ? `no resolver of its own for ${coordinate}` : null;
}

/** Whether a field has its own resolver. */
function hasResolver(schema: GraphQLSchema, coordinate: string): boolean {
  const [type = '', name = ''] = coordinate.split('.');
  const parent = schema.getType(type);
  const resolve = isObjectType(parent) ? parent.getFields()[name]?.resolve : undefined;
  return resolve !== undefined && resolve !== defaultFieldResolver;
}

function verdictOf(name: PolicyName): Verdict {
  return (context) => {
    try {
      requireOperation(context, name);
      return true;
    } catch (error) {
      return error as Error;
    }
  };
}
