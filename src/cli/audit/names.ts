import {
  type AuditAction,
  type AuditTargetType,
  type EntryFragment,
  TypedDocumentString,
} from '../../generated/documents.js';
import { request } from '../common/client.js';
import { ApiError } from '../common/errors.js';
import { formatValue } from '../common/output.js';
import type { Session } from '../common/session.js';

/** An entry as people read it. */
export type ReadableEntry = EntryFragment & { readonly actorName: string; readonly targetName: string };

/** The types of objects that have names, by kind of target. */
const NAMED: Partial<Readonly<Record<AuditTargetType, string>>> = {
  AGENT: 'Agent',
  ALLOWLIST: 'Allowlist',
  API_CREDENTIAL: 'ApiCredential',
  DOMAIN: 'Domain',
  GROUP: 'Group',
  PROJECT: 'Project',
  ROLE: 'Role',
  USER: 'User',
};

/** An object that has a name. */
interface Named {
  readonly __typename: string;
  readonly id: string;
}

interface Entity extends Named {
  readonly name: string;
}

const PARTS = Object.values(NAMED)
  .map((type) => `... on ${type} { id name }`)
  .join(' ');

/** `_entities` belongs to no domain's schema, so this document has no generated types. */
const NAMES = new TypedDocumentString<
  { readonly items: readonly (Entity | null)[] },
  { readonly representations: readonly Named[] }
>(`query Names($representations: [_Any!]!) {
  items: _entities(representations: $representations) { __typename ${PARTS} }
}`);

/** The cost of an operation is limited. */
const AT_ONCE = 50;

/** In these, the target proved who it is and acts from then on. */
const LOG_INS: ReadonlySet<AuditAction> = new Set([
  'TOKEN_ISSUED',
  'TOKEN_REFUSED',
  'USER_PASSWORD_CHANGED',
  'AGENT_LOGGED_IN',
  'AGENT_ACTIVATED',
]);

/** Names actors and targets as far as the caller may read them; the others keep their ids. */
export async function readable(session: Session, entries: readonly EntryFragment[]): Promise<ReadableEntry[]> {
  const names = await namesOf(session, entries);
  return entries.map((entry) => {
    const target = nameOf(entry, names);
    const given = grantOf(entry, names);
    const isLogIn = entry.actor.id === null && LOG_INS.has(entry.action);
    const self = textIn(entry, 'user') ?? target ?? entry.targetId;
    const type = entry.targetType?.toLowerCase().replaceAll('_', ' ') ?? '';
    return {
      ...entry,
      actorName: formatValue(entry.actor.name ?? entry.actor.id ?? (isLogIn ? self : null)),
      targetName: formatValue(given ?? (target === undefined ? entry.targetId : `${type} ${target}`)),
    };
  });
}

/** What is gone may still have its name in the details; what has a number and no id goes by it. */
function nameOf(entry: EntryFragment, names: ReadonlyMap<string, string>): string | undefined {
  const { targetId } = entry;
  if (targetId !== null && /^\d+$/.test(targetId)) return targetId;
  return names.get(targetId ?? '') ?? (typeOf(entry) === undefined ? undefined : textIn(entry, 'name'));
}

/** What an assignment gave to whom, for which its id stands: the role has its name in the entry, the holder its id. */
function grantOf(entry: EntryFragment, names: ReadonlyMap<string, string>): string | undefined {
  const [role, holder] = [textIn(entry, 'role'), holderIn(entry)];
  const name = holder && names.get(holder.id);
  if (role === undefined || name === undefined) return undefined;
  return `${role} of ${holder?.__typename === 'Group' ? 'group ' : ''}${name}`;
}

function holderIn(entry: EntryFragment): Named | undefined {
  if (entry.targetType !== 'ROLE_ASSIGNMENT') return undefined;
  const [user, group] = [textIn(entry, 'userId'), textIn(entry, 'groupId')];
  if (user !== undefined) return { __typename: 'User', id: user };
  return group === undefined ? undefined : { __typename: 'Group', id: group };
}

function textIn({ details }: EntryFragment, key: string): string | undefined {
  const value: unknown = details?.[key];
  return typeof value === 'string' ? value : undefined;
}

function targetOf(entry: EntryFragment): Named | undefined {
  const [id, __typename] = [entry.targetId, typeOf(entry)];
  return id === null || __typename === undefined ? undefined : { __typename, id };
}

const typeOf = ({ targetType }: EntryFragment) => (targetType === null ? undefined : NAMED[targetType]);

async function namesOf(session: Session, entries: readonly EntryFragment[]): Promise<ReadonlyMap<string, string>> {
  const asked = entries.flatMap((entry) => targetOf(entry) ?? holderIn(entry) ?? []);
  const all = [...new Map(asked.map((one) => [one.id, one])).values()];
  const names = new Map<string, string>();
  for (let from = 0; from < all.length; from += AT_ONCE)
    for (const entity of await entities(session, all.slice(from, from + AT_ONCE)))
      if (entity !== null) names.set(entity.id, entity.name);
  return names;
}

/** Without the right to ask, as a narrowed credential may be, nothing is known. */
async function entities({ connection }: Session, representations: readonly Named[]) {
  try {
    return (await request(connection, NAMES, { representations })).items;
  } catch (error) {
    if (error instanceof ApiError && ['FORBIDDEN', 'BAD_USER_INPUT'].includes(error.code)) return [];
    throw error;
  }
}
