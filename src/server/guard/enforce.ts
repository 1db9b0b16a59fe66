import { type DocumentNode, type GraphQLSchema, isAbstractType, TypeInfo, visit, visitWithTypeInfo } from 'graphql';
import type { Context } from '../../authority/index.js';
import { Refusal } from '../../platform/errors.js';
import type { PolicyRegistry } from '../../platform/policy/index.js';
import { DENIED, type Guard, guardsOf } from './guards.js';
import { shielded } from './shield.js';

/**
 * A schema under guard, at no cost for what is allowed. A policy's verdict depends on the caller alone, so it is the
 * same for every field that the policy claims and every object that the operation reaches: it is asked for once. When
 * all policies of an operation allow, the schema runs as it is; when one refuses, `shielded` runs, in which each field
 * asks for itself, so that the refusal stands at the right path.
 */
export interface Guarded {
  /** Each field asks its rule before it resolves. Always safe to run. */
  readonly shielded: GraphQLSchema;
  /** Without guards, to be run for what `allowsAll` says yes to and for nothing else. */
  readonly bare: GraphQLSchema;
  /** Whether every guard that the document comes to allows the caller. The document must be valid. */
  allowsAll(document: DocumentNode, context: Context): boolean;
  /**
   * Refuses the whole document where an API credential is not for a part of it. Such a part would otherwise only look
   * empty: what a caller may not read is null without an error where something else refers to it.
   * @throws Refusal FORBIDDEN.
   */
  requireWithinLimit(document: DocumentNode, context: Context): void;
}

export function enforce(bare: GraphQLSchema, policies: PolicyRegistry): Guarded {
  const guards = guardsOf(bare, policies);
  const known = new WeakMap<DocumentNode, readonly Guard[]>();
  const guardsIn = (document: DocumentNode) => {
    const found = known.get(document) ?? guardsReached(bare, guards, document);
    known.set(document, found);
    return found;
  };
  return {
    shielded: shielded(bare, guards),
    bare,
    allowsAll: (document, context) => guardsIn(document).every(({ verdict }) => verdict(context) === true),
    requireWithinLimit: (document, context) => {
      if (context.actor.limit === undefined) return;
      for (const { verdict } of guardsIn(document)) {
        const answer = verdict(context);
        if (answer instanceof Refusal && answer.extensions.reason === 'CREDENTIAL_LIMIT') throw answer;
      }
    },
  };
}

/** Of every operation and fragment: more than the one that runs needs can only make it run with guards. */
function guardsReached(
  schema: GraphQLSchema,
  guards: ReadonlyMap<string, Guard>,
  document: DocumentNode,
): readonly Guard[] {
  const reached = new Set<Guard>();
  const types = new TypeInfo(schema);
  const visitor = visitWithTypeInfo(types, {
    Field({ name: { value } }) {
      if (value.startsWith('__')) return value === '__typename' ? undefined : false;
      const parent = types.getParentType();
      const objects = isAbstractType(parent) ? schema.getPossibleTypes(parent) : [parent];
      for (const object of objects) reached.add(guards.get(`${object?.name}.${value}`) ?? DENIED);
      return undefined;
    },
  });
  visit(document, visitor);
  return [...reached];
}
