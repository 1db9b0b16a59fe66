import { and, count, eq, isNotNull } from 'drizzle-orm';
import { type Act, type Context, mutate, requireAllowed } from '../../authority/index.js';
import { inUse, limitReached, staleEtag } from '../../platform/errors.js';
import { requireEtag } from '../../platform/etag.js';
import { agents } from '../agents/index.js';
import {
  auditProject,
  listOperatorsProjects,
  OPERATORS_PROJECTS_MAX,
  type ProjectAtEtag,
  type ProjectRow,
  requireProject,
  updateProjectAt,
} from '../projects/index.js';
import { projectSetOperators } from './policies.js';

export interface SetProjectOperators extends ProjectAtEtag {
  readonly isOperators: boolean;
}

/**
 * Makes a project an operators' project, or no longer. It changes what tokens of the system may do, never what those of
 * the project may.
 * @throws UserErrors STALE_ETAG, LIMIT_REACHED; IN_USE while agents of nodes are in it.
 */
export function setProjectOperators(context: Context, input: SetProjectOperators): Promise<ProjectRow> {
  return mutate(context, { policy: projectSetOperators.name }, async (act) => {
    const row = await requireProject(act, input.project);
    requireAllowed(act, projectSetOperators, row);
    requireEtag(row, input.etag);
    const { isOperators } = input;
    if (row.isOperators === isOperators) return act.unchanged(row);
    // Alone under the epoch: nobody adopts an agent of the project, or flags another one, meanwhile.
    await act.changeRights();
    await (isOperators ? requireRoom(act) : refuseWithNodes(act, row));
    const changed = await updateProjectAt(act, row, { isOperators });
    if (changed === undefined) throw staleEtag();
    await auditProject(act, 'project.operators_set', row, { isOperators });
    return changed;
  });
}

async function requireRoom({ tx }: Act): Promise<void> {
  if ((await listOperatorsProjects(tx)).length < OPERATORS_PROJECTS_MAX) return;
  throw limitReached(`There are at most ${OPERATORS_PROJECTS_MAX} operators’ projects.`, 'isOperators');
}

async function refuseWithNodes({ tx }: Act, { id }: ProjectRow): Promise<void> {
  const ofNodes = and(eq(agents.projectId, id), isNotNull(agents.nodeId));
  const [found] = await tx.select({ rows: count() }).from(agents).where(ofNodes);
  const rows = found?.rows ?? 0;
  if (rows > 0)
    throw inUse(`The project still owns ${rows} ${rows === 1 ? 'agent of a node' : 'agents of nodes'}.`, 'project');
}
