import {
  DomainDocument,
  DomainsDocument,
  GroupDocument,
  GroupsDocument,
  ProjectDocument,
  ProjectsDocument,
  UserDocument,
  UsersDocument,
} from '../../generated/documents.js';
import { type Document, request } from './client.js';
import { CliError, EXIT } from './errors.js';
import { ownDomain } from './own-domain.js';
import { domainRef, groupRef, isBare, projectRef, userRef } from './refs.js';
import { get, type Session } from './session.js';

/** The object that a text names, by id or by name; a hidden one gives the same error as a missing one. */
export async function findDomain(session: Session, text: string) {
  const ref = domainRef(text);
  if ('id' in ref) return get(session, DomainDocument, ref, 'domain');
  return first(session, DomainsDocument, { names: [ref.name] }, 'domain');
}

export async function findProject(session: Session, text: string) {
  const ref = projectRef(text);
  if ('id' in ref) return get(session, ProjectDocument, ref, 'project');
  return owned(session, ProjectsDocument, text, ref.name.project, 'project');
}

export async function findUser(session: Session, text: string) {
  const ref = userRef(text);
  if ('id' in ref) return get(session, UserDocument, ref, 'user');
  return owned(session, UsersDocument, text, ref.name.user, 'user');
}

export async function findGroup(session: Session, text: string) {
  const ref = groupRef(text);
  if ('id' in ref) return get(session, GroupDocument, ref, 'group');
  return owned(session, GroupsDocument, text, ref.name.group, 'group');
}

/** A list with this filter. */
type Filtered<Item, Filter> = Document<
  { readonly items: { readonly nodes: readonly Item[] } | null },
  { readonly first: number; readonly filter: Filter }
>;

type OwnedFilter = { readonly names: readonly string[]; readonly domainIds: readonly string[] };

async function owned<Item>(
  session: Session,
  document: Filtered<Item, OwnedFilter>,
  text: string,
  name: string,
  what: string,
): Promise<Item> {
  // The own domain is known even to those who may not list it.
  const own = isBare(text) ? await ownDomain(session) : null;
  const { id } = own ?? (await findDomain(session, text.includes('/') ? text.slice(0, text.indexOf('/')) : 'default'));
  return first(session, document, { names: [name], domainIds: [id] }, what);
}

async function first<Item, Filter>(
  session: Session,
  document: Filtered<Item, Filter>,
  filter: NoInfer<Filter>,
  what: string,
): Promise<Item> {
  const { items } = await request(session.connection, document, { first: 1, filter });
  const found = items?.nodes[0];
  if (found === undefined) throw new CliError(`NOT_FOUND: No such ${what}.`, EXIT.notFound);
  return found;
}
