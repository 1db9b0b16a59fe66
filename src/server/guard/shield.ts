import { createRequire } from 'node:module';
import util from 'node:util';
import type { GraphQLFieldResolver, GraphQLSchema } from 'graphql';
import type { Context } from '../../authority/index.js';
import { forbidden } from '../../platform/errors.js';
import { DENIED, type Guard } from './guards.js';

// graphql-shield imports util.isUndefined, which Node 23 removed; its CommonJS entry sees what is supplied here.
const legacyUtil = util as { isUndefined?: (value: unknown) => boolean };
legacyUtil.isUndefined ??= (value) => value === undefined;
// graphql-middleware comes the same way: each of its two builds knows only its own generators.
const require = createRequire(import.meta.url);
const { rule, shield } = require('graphql-shield') as typeof import('graphql-shield');
const { applyMiddleware } = require('graphql-middleware') as typeof import('graphql-middleware');

type Rule = ReturnType<ReturnType<typeof rule>>;

/** A copy of a schema with one rule a policy, every field under that of the policy that claims it, and deny otherwise. */
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

/** A rule reads the context and nothing else, which is why its verdict holds for a whole operation. */
function ruleOf({ name, verdict }: Guard): Rule {
  return rule(name, { cache: 'contextual' })((_parent: unknown, _args: unknown, context: Context) => verdict(context));
}

/** Rules are put before `resolve` alone, where the source of events would open for anybody, and stay open. */
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
