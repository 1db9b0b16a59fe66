import { inArray, notInArray, or, type SQL } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { ACTIONS, EARLIER_ACTIONS, TARGET_TYPES } from '../../authority/index.js';
import { requireFew, type Values } from '../../db/among.js';
import type { AuditAction, AuditActorKind, AuditTargetType, ScopeType } from '../../generated/graphql.js';
import { SCOPE_TYPES } from '../../platform/policy/index.js';

/** What the API calls a word that this server does not know. */
const OTHER = 'OTHER';

/** The words of a column: what is stored, and what the API calls it. */
interface Words<Name extends string> {
  nameOf(word: string): Name | typeof OTHER;
  /** Whether a column has one of these, which a filter names. @throws Refusal as `requireFew` does. */
  among(column: PgColumn, names: Values<Name | typeof OTHER>): SQL | undefined;
}

function words<Name extends string>(byName: Readonly<Record<Name, string>>): Words<Name> {
  const stored = new Map<string, string>(Object.entries(byName));
  const names = new Map([...stored].map(([name, word]) => [word, name as Name]));
  return {
    nameOf: (word) => names.get(word) ?? OTHER,
    among(column, asked) {
      if (asked == null) return undefined;
      requireFew(asked);
      const known = inArray(
        column,
        asked.flatMap((name) => stored.get(name) ?? []),
      );
      return asked.includes(OTHER) ? or(known, notInArray(column, [...names.keys()])) : known;
    },
  };
}

/** `role.granted` is ROLE_GRANTED. */
type NameOf<Word> = Word extends `${infer Noun}.${infer Verb}` ? `${Uppercase<Noun>}_${Uppercase<Verb>}` : never;
type Written = (typeof ACTIONS | typeof EARLIER_ACTIONS)[number];

const actionNames = Object.fromEntries(
  [...ACTIONS, ...EARLIER_ACTIONS].map((word) => [word.toUpperCase().replace('.', '_'), word]),
) as Record<NameOf<Written>, Written>;

// Each is of exactly the names in the schema; it does not compile otherwise.
export const actions: Words<Exclude<AuditAction, typeof OTHER>> = words(actionNames);
export const targetTypes: Words<Exclude<AuditTargetType, typeof OTHER>> = words(TARGET_TYPES);
export const actorKinds: Words<Exclude<AuditActorKind, typeof OTHER>> = words({ AGENT: 'agent', USER: 'user' });

const scopes: ReadonlySet<string> = new Set([...SCOPE_TYPES, 'unscoped']);

/** The kind of an actor's scope; null for one that this server does not know. */
export const scopeTypeOf = (word: string | null): ScopeType | null =>
  word !== null && scopes.has(word) ? (word.toUpperCase() as ScopeType) : null;
