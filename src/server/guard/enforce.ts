import { type DocumentNode, type GraphQLSchema, isAbstractType, TypeInfo, visit, visitWithTypeInfo } from 'graphql';
import type { Context } from '../../authority/index.js';
import { Refusal } from '../../platform/errors.js';
import type { PolicyRegistry } from '../../platform/policy/index.js';
import { DENIED, type Guard, guardsOf } from './guards.js';
import { shielded } from './shield.js';

/**
 * A guarded schema; what is allowed costs nothing extra. A policy's verdict depends only on the caller, so it is the
 * same for every field that the policy claims and every object that the operation reaches: it is evaluated once. When
 * all policies of an operation allow, the bare schema runs; when one refuses, `shielded` runs, in which each field
 * checks its policy, so that the refusal has the right path.
 */
export interface Guarded {
  /** Each field checks its policy before it resolves. Always safe to run. */
  readonly shielded: GraphQLSchema;
  /** Without guards: run it only for documents that `allowsAll` allows. */
  readonly bare: GraphQLSchema;
  /** Whether every guard that the document reaches allows the caller. The document must be valid. */
  allowsAll(document: DocumentNode, context: Context): boolean;
  /**
   * Refuses the whole document when the limit of an API credential excludes a part of it. Such a part would otherwise
   * only look empty: what a caller may not read is null without an error where something else refers to it.
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

/** Guards of every operation and fragment: those that the operation does not need can only cause a guarded run. */
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
