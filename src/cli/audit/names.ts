import { type EntryFragment, TypedDocumentString } from '../../generated/documents.js';
import { request } from '../common/client.js';
import { ApiError } from '../common/errors.js';
import { formatValue } from '../common/output.js';
import type { Session } from '../common/session.js';

/** An entry as people read it. */
export type ReadableEntry = EntryFragment & { readonly actorName: string; readonly targetName: string };

/** The types of objects that have names. */
const NAMED = ['Agent', 'Allowlist', 'ApiCredential', 'Domain', 'Group', 'Project', 'Role', 'User'] as const;

interface Entity {
  readonly __typename: string;
  readonly id: string;
  readonly name: string;
}

/** `_entities` belongs to no domain's schema, so this document has no generated types. */
const NAMES = new TypedDocumentString<
  { readonly items: readonly (Entity | null)[] },
  { readonly representations: readonly { readonly __typename: string; readonly id: string }[] }
>(`query Names($representations: [_Any!]!) {
  items: _entities(representations: $representations) { __typename ${NAMED.map((type) => `... on ${type} { id name }`).join(' ')} }
}`);

/** The cost of an operation is limited. */
const AT_ONCE = 50;

/** In these, the target proved who it is and acts from then on. */
const LOG_INS = new Set([
  'token.issued',
  'token.refused',
  'user.password_changed',
  'agent.logged_in',
  'agent.activated',
]);

/** Names actors and targets as far as the caller may read them; the others keep their ids. */
export async function readable(session: Session, entries: readonly EntryFragment[]): Promise<ReadableEntry[]> {
  const names = await namesOf(session, entries);
  return entries.map((entry) => {
    const target = nameOf(entry, names);
    const isLogIn = entry.actor.id === null && LOG_INS.has(entry.action);
    const self = textIn(entry, 'user') ?? target ?? entry.targetId;
    const type = entry.targetType?.toLowerCase() ?? '';
    return {
      ...entry,
      actorName: formatValue(entry.actor.name ?? entry.actor.id ?? (isLogIn ? self : null)),
      targetName: formatValue(target === undefined ? entry.targetId : `${type} ${target}`),
    };
  });
}

/** What is gone may still have its name in the details. */
const nameOf = (entry: EntryFragment, names: ReadonlyMap<string, string>): string | undefined =>
  names.get(entry.targetId ?? '') ?? (isNamed(entry.targetType) ? textIn(entry, 'name') : undefined);

function textIn({ details }: EntryFragment, key: string): string | undefined {
  const value: unknown = details?.[key];
  return typeof value === 'string' ? value : undefined;
}

const isNamed = (type: string | null): type is (typeof NAMED)[number] =>
  (NAMED as readonly (string | null)[]).includes(type);

async function namesOf(session: Session, entries: readonly EntryFragment[]): Promise<ReadonlyMap<string, string>> {
  const targets = new Map(
    entries.flatMap(({ targetType: __typename, targetId: id }) =>
      id !== null && isNamed(__typename) ? [[id, { __typename, id }]] : [],
    ),
  );
  const all = [...targets.values()];
  const names = new Map<string, string>();
  for (let from = 0; from < all.length; from += AT_ONCE)
    for (const entity of await entities(session, all.slice(from, from + AT_ONCE)))
      if (entity !== null) names.set(entity.id, entity.name);
  return names;
}

/** Without the right to ask, as a narrowed credential may be, nothing is known. */
async function entities({ connection }: Session, representations: readonly { __typename: string; id: string }[]) {
  try {
    return (await request(connection, NAMES, { representations })).items;
  } catch (error) {
    if (error instanceof ApiError && ['FORBIDDEN', 'BAD_USER_INPUT'].includes(error.code)) return [];
    throw error;
  }
}
