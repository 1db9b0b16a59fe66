import { byId, type Context, defineLoader, domainOf, mutate, once, requireVisible } from '../../authority/index.js';
import { violates } from '../../db/errors.js';
import { alreadyExists } from '../../platform/errors.js';
import { newId } from '../../platform/ids.js';
import { type Connection, connection, type PageArgs, pageRequest } from '../../platform/pagination.js';
import { validName, validText } from '../../platform/text.js';
import { projectCreate, projectGet } from './policies.js';
import * as repository from './repository.js';
import { type ProjectRow, projects } from './tables.js';

const visibleTo = (context: Context) => context.policies.visible([projectGet.name], context.actor, projects);

export async function getProject(context: Context, id: string): Promise<ProjectRow> {
  return requireVisible(context, projectGet, await repository.findById(context.db, id), 'project');
}

export async function listProjects(
  context: Context,
  args: PageArgs & { filter?: repository.ProjectFilter | null | undefined },
): Promise<Connection<ProjectRow>> {
  const page = pageRequest(args);
  const rows = await repository.list(context.db, visibleTo(context), args.filter ?? {}, page);
  return connection(rows, page, (row) => [row.id]);
}

/** By id; null where the caller may not read it. */
export const loadProject = defineLoader(async (context, ids) =>
  byId(await repository.listByIds(context.db, visibleTo(context), ids)),
);

export interface CreateProject {
  readonly name: string;
  readonly description?: string | null | undefined;
  readonly requestId?: string | null | undefined;
}

/** The domain is the token's, never the input's. */
export async function createProject(context: Context, input: CreateProject): Promise<ProjectRow> {
  const name = validName(input.name, 'name');
  const description = validText(input.description, 'description');
  return mutate(context, { policy: projectCreate.name }, async (act) => {
    const { id } = await once(act, 'createProject', input, async () => {
      const place = { domainId: domainOf(act), parentId: null, depth: 1 };
      const row = { id: newId('Project'), ...place, name, version: 1, description, createdAt: act.now };
      await insert(act.tx, row);
      const target = { type: 'Project', id: row.id };
      const owner = { domainId: row.domainId, projectId: row.id };
      await act.audit({ action: 'project.created', target, owner, details: { name } });
      return row.id;
    });
    return requireVisible(act, projectGet, await repository.findById(act.tx, id), 'project');
  });
}

async function insert(tx: Parameters<typeof repository.insert>[0], row: ProjectRow): Promise<void> {
  try {
    await repository.insert(tx, row);
  } catch (error) {
    if (violates(error, 'projects_domain_id_name_key'))
      throw alreadyExists(`A project named ${row.name} exists.`, 'name');
    throw error;
  }
}
