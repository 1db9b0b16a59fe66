import { type Context, defineLoader, mutate, requireAllowed } from '../../authority/index.js';
import {
  auditProject,
  type ProjectAtEtag,
  type ProjectRow,
  requireProject,
  updateProjectAt,
} from '../../identity/projects/index.js';
import { staleEtag } from '../../platform/errors.js';
import { requireEtag } from '../../platform/etag.js';
import type { Id } from '../../platform/ids.js';
import { type AllowlistRef, loadAllowlist, requireOfProject, resolveAllowlist } from '../allowlists/index.js';
import { projectSetDefaults } from './policies.js';
import * as repository from './repository.js';

export interface SetProjectDefaults extends ProjectAtEtag {
  /** Null clears it; absent leaves it. */
  readonly allowlist?: AllowlistRef | null | undefined;
}

/**
 * Sets what new agents of a project get. Those that it has stay as they are.
 * @throws UserErrors INVALID for a list of another owner, STALE_ETAG; Refusal NOT_FOUND for a list that the caller may not read.
 */
export function setProjectDefaults(context: Context, input: SetProjectDefaults): Promise<ProjectRow> {
  return mutate(context, { policy: projectSetDefaults.name }, async (act) => {
    const row = await requireProject(act, input.project);
    requireAllowed(act, projectSetDefaults, row);
    requireEtag(row, input.etag);
    const { allowlist } = input;
    const list = allowlist == null ? null : await resolveAllowlist(act, allowlist);
    if (list !== null) requireOfProject(list, { domainId: row.domainId, projectId: row.id });
    const allowlistId = list?.id ?? null;
    const known = await repository.defaultAllowlistOf(act.tx, row.id);
    if (allowlist === undefined || known === allowlistId) return act.unchanged(row);
    await repository.set(act.tx, row.id, allowlistId);
    const changed = await updateProjectAt(act, row, {});
    if (changed === undefined) throw staleEtag();
    await auditProject(act, 'project.defaults_set', row, { allowlistId });
    return changed;
  });
}

const loadDefaultId = defineLoader((context, ids: readonly Id<'Project'>[]) =>
  repository.listByProjects(context.db, ids),
);

/** The default list of a project; null where there is none, or the caller may not read it. */
export async function defaultAllowlist(context: Context, projectId: Id<'Project'>) {
  const id = await loadDefaultId(context).load(projectId);
  return id && loadAllowlist(context).load(id);
}
