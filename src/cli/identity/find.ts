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
import { type Document, request } from '../common/client.js';
import { CliError, EXIT } from '../common/errors.js';
import { domainRef, groupRef, projectRef, userRef } from '../common/refs.js';
import { get, type Session } from '../common/session.js';

/** The object that a text names, by id or by name; a hidden one gives the same error as a missing one. */
export async function findDomain(session: Session, text: string) {
  const ref = domainRef(text);
  if ('id' in ref) return get(session, DomainDocument, ref, 'domain');
  return first(session, DomainsDocument, { names: [ref.name] }, 'domain');
}

export async function findProject(session: Session, text: string) {
  const ref = projectRef(text);
  if ('id' in ref) return get(session, ProjectDocument, ref, 'project');
  return owned(session, ProjectsDocument, ref.name.domain, ref.name.project, 'project');
}

export async function findUser(session: Session, text: string) {
  const ref = userRef(text);
  if ('id' in ref) return get(session, UserDocument, ref, 'user');
  return owned(session, UsersDocument, ref.name.domain, ref.name.user, 'user');
}

export async function findGroup(session: Session, text: string) {
  const ref = groupRef(text);
  if ('id' in ref) return get(session, GroupDocument, ref, 'group');
  return owned(session, GroupsDocument, ref.name.domain, ref.name.group, 'group');
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
  domain: string,
  name: string,
  what: string,
): Promise<Item> {
  const { id } = await findDomain(session, domain);
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
