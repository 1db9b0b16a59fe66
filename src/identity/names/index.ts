import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import type { Actor } from '../../authority/index.js';
import { equals } from '../../db/among.js';
import { type Id, type Kind, noId } from '../../platform/ids.js';
import { domains } from '../domains/tables.js';
import { projects } from '../projects/tables.js';

/** The name of an object and of its domain. */
export interface NameInDomain {
  readonly name: string;
  readonly domain: string;
}

/** An object that a domain owns: by id, by name where the caller is at home, or by name in any domain. One of the three. */
export interface OwnedRef<K extends Kind> {
  readonly id?: Id<K> | null | undefined;
  readonly name?: string | null | undefined;
  readonly inDomain?: NameInDomain | null | undefined;
}

/** The domain in which a caller's names are looked up: its token's, or else its own. */
export function homeOf({ actor }: { readonly actor: Actor }): Id<'Domain'> {
  const { where, principal } = actor;
  if (where !== null && 'domainId' in where) return where.domainId;
  return principal?.domainId ?? noId('Domain');
}

type Owned = PgTable & { readonly id: PgColumn; readonly name: PgColumn; readonly domainId: PgColumn };

/**
 * Whether a row is the one that a reference names. A missing domain, a missing object and a found one take one look-up
 * each.
 */
export function isReferred<K extends Kind>(
  table: Owned,
  ref: OwnedRef<K>,
  home: Id<'Domain'> = noId('Domain'),
): SQL | undefined {
  if (ref.id != null) return eq(table.id, ref.id);
  const { name, domain } = ref.inDomain ?? { name: ref.name ?? '', domain: null };
  const owner = domain === null ? eq(table.domainId, home) : sql`${table.domainId} = (${domainNamed(domain)})`;
  return and(equals(table.name, name), owner);
}

const domainNamed = (name: string): SQL =>
  sql`select ${domains.id} from ${domains} where ${equals(domains.name, name)}`;

/** The name of an object, of its project, and of the project's domain, which is the caller's by default. */
export interface NameInProject {
  readonly name: string;
  readonly project: string;
  readonly domain?: string | null | undefined;
}

type InProject = Owned & { readonly projectId: PgColumn };

/** Whether a row is the one of a name in a project. Both keys of the project are compared, as indexes begin with either. */
export function isInProject(table: InProject, ref: NameInProject, home: Id<'Domain'>): SQL | undefined {
  const { name, project, domain } = ref;
  const inDomain = domain == null ? { name: project } : { inDomain: { name: project, domain } };
  const { id, domainId } = projects;
  const keys = sql`select ${id}, ${domainId} from ${projects} where ${isReferred(projects, inDomain, home)}`;
  return and(equals(table.name, name), sql`(${table.projectId}, ${table.domainId}) = (${keys})`);
}
export { ofProjects } from './of-projects.js';
