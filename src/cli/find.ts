import { request } from './client.js';
import { GET_DOMAIN, GET_PROJECT, GET_USER } from './documents/containers.js';
import { GET_GROUP, LIST_GROUPS } from './documents/groups.js';
import { LIST_DOMAINS, LIST_PROJECTS, LIST_USERS } from './documents/identity.js';
import { CliError, EXIT } from './errors.js';
import type { Row } from './output.js';
import { domainRef, groupRef, projectRef, userRef } from './refs.js';
import { get, type Session } from './session.js';

/** What a text names, by id or by name; what may not be read is told like what does not exist. */
export async function findDomain(session: Session, text: string): Promise<Row> {
  const ref = domainRef(text);
  if ('id' in ref) return get(session, GET_DOMAIN, ref, 'domain');
  return first(session, LIST_DOMAINS, { names: [ref.name] }, 'domain');
}

export async function findProject(session: Session, text: string): Promise<Row> {
  const ref = projectRef(text);
  if ('id' in ref) return get(session, GET_PROJECT, ref, 'project');
  return owned(session, LIST_PROJECTS, ref.name.domain, ref.name.project, 'project');
}

export async function findUser(session: Session, text: string): Promise<Row> {
  const ref = userRef(text);
  if ('id' in ref) return get(session, GET_USER, ref, 'user');
  return owned(session, LIST_USERS, ref.name.domain, ref.name.user, 'user');
}

export async function findGroup(session: Session, text: string): Promise<Row> {
  const ref = groupRef(text);
  if ('id' in ref) return get(session, GET_GROUP, ref, 'group');
  return owned(session, LIST_GROUPS, ref.name.domain, ref.name.group, 'group');
}

async function owned(session: Session, document: string, domain: string, name: string, what: string): Promise<Row> {
  const { id } = await findDomain(session, domain);
  return first(session, document, { names: [name], domainIds: [id] }, what);
}

async function first(session: Session, document: string, filter: object, what: string): Promise<Row> {
  const variables = { first: 1, filter };
  const { items } = await request<{ items: { nodes: Row[] } | null }>(session.connection, document, variables);
  const found = items?.nodes[0];
  if (found === undefined) throw new CliError(`NOT_FOUND: No such ${what}.`, EXIT.notFound);
  return found;
}
