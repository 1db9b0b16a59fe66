import { createRequire } from 'node:module';
import util from 'node:util';
import type { GraphQLFieldResolver, GraphQLSchema } from 'graphql';
import type { Context } from '../../authority/index.js';
import { forbidden } from '../../platform/errors.js';
import { DENIED, type Guard } from './guards.js';

// graphql-shield imports util.isUndefined, which Node 23 removed; this supplies it to the CommonJS build.
const legacyUtil = util as { isUndefined?: (value: unknown) => boolean };
legacyUtil.isUndefined ??= (value) => value === undefined;
// graphql-middleware is loaded the same way: each of its two builds recognizes only its own generators.
const require = createRequire(import.meta.url);
const { rule, shield } = require('graphql-shield') as typeof import('graphql-shield');
const { applyMiddleware } = require('graphql-middleware') as typeof import('graphql-middleware');

type Rule = ReturnType<ReturnType<typeof rule>>;

/** A copy of a schema with one rule per policy, on every field that the policy claims; every other field is denied. */
export function shielded(schema: GraphQLSchema, guards: ReadonlyMap<string, Guard>): GraphQLSchema {
  const rules = new Map<Guard, Rule>();
  const tree: Record<string, Record<string, Rule>> = {};
  for (const [coordinate, guard] of guards) {
    const [type = '', field = ''] = coordinate.split('.');
    const ofGuard = rules.get(guard) ?? ruleOf(guard);
    rules.set(guard, ofGuard);
    tree[type] = { ...tree[type], [field]: ofGuard };
  }
  const options = {
    fallbackRule: rule('fallback', { cache: 'contextual' })(() => false),
    fallbackError: forbidden('none') as never,
    allowExternalErrors: true,
  };
  const copy = applyMiddleware(schema, shield(tree as never, options));
  guardSubscriptions(copy, guards);
  return copy;
}

/** A rule reads only the context, so its verdict holds for a whole operation. */
function ruleOf({ name, verdict }: Guard): Rule {
  return rule(name, { cache: 'contextual' })((_parent: unknown, _args: unknown, context: Context) => verdict(context));
}

/** Rules come only before `resolve`; without this, anybody could open the source of events and keep it open. */
function guardSubscriptions(schema: GraphQLSchema, guards: ReadonlyMap<string, Guard>): void {
  for (const field of Object.values(schema.getSubscriptionType()?.getFields() ?? {})) {
    const { verdict } = guards.get(`Subscription.${field.name}`) ?? DENIED;
    const subscribe = field.subscribe as GraphQLFieldResolver<unknown, Context> | undefined;
    field.subscribe = (parent, args, context: Context, info) => {
      const answer = verdict(context);
      if (answer !== true) throw answer;
      return subscribe?.(parent, args, context, info);
    };
  }
}
