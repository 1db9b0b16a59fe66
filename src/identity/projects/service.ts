import {
  type Act,
  type Action,
  byId,
  type Context,
  defineLoader,
  domainOf,
  mutate,
  once,
  requireAllowed,
  requireVisible,
} from '../../authority/index.js';
import { firstVersion } from '../../db/by-id.js';
import type { NamedArgs } from '../../db/by-name.js';
import { unlessTaken } from '../../db/taken.js';
import { limitReached, staleEtag } from '../../platform/errors.js';
import { requireEtag } from '../../platform/etag.js';
import { type Id, newId, toId } from '../../platform/ids.js';
import type { Connection } from '../../platform/pagination.js';
import { changedFields, changesNothing, validChanges, validName, validText } from '../../platform/text.js';
import { homeOf } from '../names/index.js';
import { removeScope } from '../removal/index.js';
import { findProject, type ProjectRef } from './lookup.js';
import { projectCreate, projectDelete, projectGet, projectUpdate } from './policies.js';
import * as repository from './repository.js';
import { DEPTH_MAX, type ProjectRow, projects, projectsTaken } from './tables.js';

const PROJECTS_MAX = 10_000;

const visibleTo = (context: Context) => context.policies.visible([projectGet.name], context.actor, projects);

export async function getProject(context: Context, ref: ProjectRef): Promise<ProjectRow> {
  return requireVisible(context, projectGet, await findProject(context.db, ref, homeOf(context)), 'project');
}

export async function listProjects(
  context: Context,
  args: NamedArgs<repository.ProjectFilter>,
): Promise<Connection<ProjectRow>> {
  return repository.list(context.db, visibleTo(context), args);
}

/** By id; null where the caller may not read it. */
export const loadProject = defineLoader(async (context, ids: readonly Id<'Project'>[]) =>
  byId(await repository.listByIds(context.db, visibleTo(context), ids)),
);

/** How to load the entity, for each domain that has fields of it. */
export const projectEntity = (context: Context, id: string) => loadProject(context).load(toId('Project', id));

export interface CreateProject {
  readonly name: string;
  readonly description?: string | null | undefined;
  readonly parent?: ProjectRef | null | undefined;
  readonly requestId?: string | null | undefined;
}

/** The domain comes from the token, never from the input. */
export async function createProject(context: Context, input: CreateProject): Promise<ProjectRow> {
  const name = validName(input.name, 'name');
  const description = validText(input.description, 'description');
  return mutate(context, { policy: projectCreate.name }, async (act) => {
    const { id } = await once(act, 'Project', input, async () => {
      const place = await placeFor(act, input.parent);
      const row = { id: newId('Project'), ...place, name, description, isOperators: false, ...firstVersion(act.now) };
      await unlessTaken(projectsTaken, row, () => repository.insert(act.tx, row));
      await auditProject(act, 'project.created', row, { parentId: row.parentId });
      return row.id;
    });
    return requireVisible(act, projectGet, await repository.findById(act.tx, id), 'project');
  });
}

/** The place of a new project in the tree of the token's domain. */
async function placeFor(act: Act, ref: ProjectRef | null | undefined) {
  const domainId = domainOf(act);
  const parent = ref && requireVisible(act, projectGet, await findProject(act.tx, ref, domainId), 'project');
  const depth = (parent?.depth ?? 0) + 1;
  if (depth > DEPTH_MAX) throw limitReached(`Projects nest at most ${DEPTH_MAX} deep.`, 'parent');
  if ((await repository.countInDomain(act.tx, domainId)) >= PROJECTS_MAX) {
    throw limitReached(`A domain has at most ${PROJECTS_MAX} projects.`);
  }
  return { domainId, parentId: parent?.id ?? null, depth };
}

/** @throws Refusal NOT_FOUND for a project that is missing or that the caller may not read. */
export async function requireProject(act: Act, ref: ProjectRef): Promise<ProjectRow> {
  return requireVisible(act, projectGet, await findProject(act.tx, ref, homeOf(act)), 'project');
}

/** A project, and the etag of the version that the caller read. */
export interface ProjectAtEtag {
  readonly project: ProjectRef;
  readonly etag: string;
}

export interface UpdateProject extends ProjectAtEtag {
  readonly name?: string | null | undefined;
  readonly description?: string | null | undefined;
}

export async function updateProject(context: Context, input: UpdateProject): Promise<ProjectRow> {
  const changes = validChanges(input);
  return mutate(context, { policy: projectUpdate.name }, async (act) => {
    const row = await requireProject(act, input.project);
    requireAllowed(act, projectUpdate, row);
    requireEtag(row, input.etag);
    if (changesNothing(row, changes)) return act.unchanged(row);
    const changed = await unlessTaken(projectsTaken, changes, () => repository.update(act, row, changes));
    if (changed === undefined) throw staleEtag();
    await auditProject(act, 'project.updated', row, { newName: changed.name, changed: changedFields(row, changes) });
    return changed;
  });
}

/** Deletes a project that owns nothing, with what hangs on it; answers its id. */
export async function deleteProject(context: Context, input: ProjectAtEtag): Promise<Id<'Project'>> {
  return mutate(context, { policy: projectDelete.name }, async (act) => {
    const row = await requireProject(act, input.project);
    requireAllowed(act, projectDelete, row);
    const scope = { type: 'project', domainId: row.domainId, projectId: row.id } as const;
    const removed = await removeScope(act, scope, {
      row,
      etag: input.etag,
      remove: () => repository.remove(act.tx, row),
    });
    await auditProject(act, 'project.deleted', row, { removed });
    return row.id;
  });
}

/** Audits what was done to a project. */
export function auditProject(
  act: Act,
  action: Action,
  { id, domainId, name }: ProjectRow,
  details: object,
): Promise<void> {
  const owner = { domainId, projectId: id };
  return act.audit({ action, target: { type: 'Project', id }, owner, details: { name, ...details } });
}
