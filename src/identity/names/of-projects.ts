import type { Column } from 'drizzle-orm';
import { type AnyOf, among, type Values } from '../../db/among.js';
import type { Id } from '../../platform/ids.js';
import { clause } from '../../platform/sql/clause.js';
import { projects } from '../projects/tables.js';

/** The columns of what a project owns, of which a foreign key says that they are of one project. */
interface Owned {
  readonly projectId: Column;
  readonly domainId: Column;
}

/**
 * A filter by projects. A project's domain is looked up once, so that a reader of another domain gets its empty page at
 * once, and not after a walk of all that the project owns.
 */
export function ofProjects({ projectId, domainId }: Owned, ids: Values<Id<'Project'>>): AnyOf | undefined {
  const where = among(clause`${projectId}`, ids);
  const known = among(clause`${projects.id}`, ids);
  if (where === undefined || known === undefined) return undefined;
  return {
    where,
    each: {
      values: clause`(select ${projects.id}, ${projects.domainId} from ${projects} where ${known}) as one (value, domain_id)`,
      isOne: clause`${projectId} = one.value and ${domainId} = one.domain_id`,
    },
  };
}
