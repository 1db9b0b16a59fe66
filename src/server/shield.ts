import { createRequire } from 'node:module';
import util from 'node:util';
import { defaultFieldResolver, type GraphQLSchema, isObjectType } from 'graphql';
import type { Context, Route } from '../authority/index.js';
import { refuseUnless } from '../authority/index.js';
import { forbidden } from '../platform/errors.js';
import { PolicyError, type PolicyName, type PolicyRegistry } from '../platform/policy/index.js';
import { coordinatesOf } from './schema.js';

// graphql-shield imports util.isUndefined, which Node 23 removed; its CommonJS entry sees what is supplied here.
const legacyUtil = util as { isUndefined?: (value: unknown) => boolean };
legacyUtil.isUndefined ??= (value) => value === undefined;
// graphql-middleware comes the same way: each of its two builds knows only its own generators.
const require = createRequire(import.meta.url);
const { rule, shield } = require('graphql-shield') as typeof import('graphql-shield');
const { applyMiddleware } = require('graphql-middleware') as typeof import('graphql-middleware');

/**
 * Guards a schema with rules derived from the policies. A field that no policy claims stops the build here. So does a
 * field claimed apart from its type without a resolver of its own: graphql would read it off a row that the type's
 * policy let out.
 */
export function guard(schema: GraphQLSchema, policies: PolicyRegistry): GraphQLSchema {
  const gaps = coordinatesOf(schema).flatMap((coordinate) => gapAt(schema, policies, coordinate) ?? []);
  if (gaps.length > 0) throw new PolicyError(gaps.join('; '));
  return denyByDefault(schema, policies);
}

/**
 * The guard alone: one rule a policy, every field by the one that claims it, whatever has a gap denied to everybody.
 *
 * Rules decide on the context alone: could this caller do this to any row? Rows are decided by the services.
 */
export function denyByDefault(schema: GraphQLSchema, policies: PolicyRegistry): GraphQLSchema {
  const rules = new Map<string, ReturnType<ReturnType<typeof rule>>>();
  const tree: Record<string, Record<string, ReturnType<ReturnType<typeof rule>>>> = {};
  for (const coordinate of coordinatesOf(schema)) {
    if (gapAt(schema, policies, coordinate) !== null) continue;
    const [type = '', field = ''] = coordinate.split('.');
    const name = policies.policyFor(coordinate)?.name as PolicyName;
    const ofPolicy = rules.get(name) ?? ruleFor(name);
    rules.set(name, ofPolicy);
    tree[type] = { ...tree[type], [field]: ofPolicy };
  }
  const denied = rule('no policy', { cache: 'contextual' })(() => false);
  const guards = shield(tree as never, {
    fallbackRule: denied,
    fallbackError: forbidden('none') as never,
    allowExternalErrors: true,
  });
  return applyMiddleware(schema, guards);
}

/** Why a field may not be served; null when it may. */
function gapAt(schema: GraphQLSchema, policies: PolicyRegistry, coordinate: string): string | null {
  if (policies.policyFor(coordinate) === undefined) return `no policy guards ${coordinate}`;
  const isBare = policies.claimedApart(coordinate) && !hasResolver(schema, coordinate);
  return isBare ? `no resolver of its own for ${coordinate}` : null;
}

/** Holds routes to what `guard` holds fields to. @throws PolicyError for a route that no policy claims. */
export function requireGuardedRoutes(routes: readonly Route[], policies: PolicyRegistry): void {
  const uncovered = policies.uncovered(routes.map((route) => `HTTP.${route.name}`));
  if (uncovered.length > 0) throw new PolicyError(`no policy guards ${uncovered.join(', ')}`);
}

/** Whether a field is told by a function of its own. Asked of the schema before middleware wraps every field. */
function hasResolver(schema: GraphQLSchema, coordinate: string): boolean {
  const [type = '', name = ''] = coordinate.split('.');
  const parent = schema.getType(type);
  const resolve = isObjectType(parent) ? parent.getFields()[name]?.resolve : undefined;
  return resolve !== undefined && resolve !== defaultFieldResolver;
}

function ruleFor(name: PolicyName) {
  return rule(name, { cache: 'contextual' })((_parent: unknown, _args: unknown, context: Context) => {
    try {
      refuseUnless(context.policies.decideOperation(name, context.actor), name);
      return true;
    } catch (error) {
      return error as Error;
    }
  });
}
