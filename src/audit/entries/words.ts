import type { PgColumn } from 'drizzle-orm/pg-core';
import { ACTIONS, EARLIER_ACTIONS, TARGET_TYPES } from '../../authority/index.js';
import { type AnyOf, among, anyOf, requireFew, type Values } from '../../db/among.js';
import type { AuditAction, AuditActorKind, AuditTargetType, ScopeType } from '../../generated/graphql.js';
import { SCOPE_TYPES } from '../../platform/policy/index.js';
import { type Clause, clause, values } from '../../platform/sql/clause.js';

/** What the API calls a word that this server does not know. */
const OTHER = 'OTHER';

/** A column of texts. */
type WordColumn = PgColumn & { readonly _: { readonly data: string | null } };

/** The words of a column: what is stored, and what the API calls it. */
interface Words<Name extends string> {
  nameOf(word: string): Name | typeof OTHER;
  /** Rows whose column has any of these, which a filter names. @throws Refusal as `requireFew` does. */
  anyOf(column: WordColumn, names: Values<Name | typeof OTHER>): AnyOf | undefined;
}

function words<Name extends string>(byName: Readonly<Record<Name, string>>): Words<Name> {
  const stored = new Map<string, string>(Object.entries(byName));
  const names = new Map([...stored].map(([name, word]) => [word, name as Name]));
  return {
    nameOf: (word) => names.get(word) ?? OTHER,
    anyOf(column, asked) {
      const known = asked?.flatMap((name) => stored.get(name) ?? []);
      if (asked?.includes(OTHER)) requireFew(asked);
      return asked?.includes(OTHER) ? knownOrOther(column, known ?? [], [...names.keys()]) : anyOf(column, known);
    },
  };
}

/** Rows with one of some words, or with a word that is none of ours. */
function knownOrOther(column: PgColumn, asked: readonly string[], ours: readonly string[]): AnyOf {
  const isAsked = (word: Clause) =>
    clause`(${among(word, asked) ?? clause`false`} or ${word} not in (${values(ours)}))`;
  return {
    where: isAsked(clause`${column}`),
    each: {
      values: clause`(select word from (${wordsIn(column)}) word where ${isAsked(clause`word`)}) as one (value)`,
      isOne: clause`${column} = one.value`,
    },
  };
}

/** All words of a column, of which there are few: each is found in the index behind the one before. */
function wordsIn(column: PgColumn): Clause {
  const next = (where: Clause) =>
    clause`(select ${column} from ${column.table} where ${where} order by ${column} limit 1)`;
  return clause`with recursive found (word) as (
    select * from ${next(clause`${column} is not null`)} as first_word
    union all select ${next(clause`${column} > found.word`)} from found where found.word is not null
  ) select word from found where word is not null`;
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
