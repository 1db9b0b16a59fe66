import { type Act, type Context, mutate, requireAllowed, requireVisible } from '../../authority/index.js';
import { alreadyExists, invalid, limitReached } from '../../platform/errors.js';
import { requireMayImply } from '../assignments/index.js';
import { requireRoleEtag } from './etag.js';
import { type RoleGraph, readRoleGraph } from './graph.js';
import { type RoleRef, requireRole } from './lookup.js';
import { roleGet, roleImply } from './policies.js';
import * as repository from './repository.js';
import { type RoleAtEtag, record, requireCustom } from './service.js';
import type { RoleRow } from './tables.js';

/** Roles that one role implies directly, and implications in a chain, at most. */
const IMPLIED_MAX = 32;
const CHAIN_MAX = 10;

export interface Implication extends RoleAtEtag {
  readonly impliedRole: RoleRef;
}

/**
 * Lets a role imply another. `mutate` repeats these checks once it holds the epoch exclusively: when two changes would
 * close a cycle together, the second sees the first.
 */
export function addImpliedRole(context: Context, input: Implication): Promise<repository.RoleView> {
  return changeImplication(context, input, 'role.implication_added', async (act, { role, implied, graph }) => {
    requireImplicable(role, implied);
    if (role.impliedRoleIds.includes(implied.id)) {
      throw alreadyExists(`${role.name} already implies ${implied.name}.`, 'impliedRole');
    }
    requireNoCycle(graph, role, implied);
    if (role.impliedRoleIds.length >= IMPLIED_MAX)
      throw limitReached(`A role can imply at most ${IMPLIED_MAX} roles directly.`);
    if (graph.longestChainThrough(role.id, implied.id) > CHAIN_MAX) {
      throw limitReached(`A chain has at most ${CHAIN_MAX} implications.`, 'impliedRole');
    }
    await act.changeRights();
    await repository.insertImplication(act.tx, role.id, implied.id);
  });
}

/** Removes an implication. The system cannot lose an administrator by this, since nothing implies `admin`. */
export function removeImpliedRole(context: Context, input: Implication): Promise<repository.RoleView> {
  return changeImplication(context, input, 'role.implication_removed', async (act, { role, implied }) => {
    if (!role.impliedRoleIds.includes(implied.id)) {
      throw invalid(`${role.name} does not imply ${implied.name} directly.`, 'impliedRole');
    }
    await act.changeRights();
    await repository.removeImplication(act.tx, role.id, implied.id);
  });
}

interface Pair {
  readonly role: repository.RoleView;
  readonly implied: RoleRow;
  readonly graph: RoleGraph;
}

/**
 * An implication gives rights to every holder of the role, so the grant rule is checked before other errors are shown.
 */
async function changeImplication(
  context: Context,
  input: Implication,
  action: 'role.implication_added' | 'role.implication_removed',
  change: (act: Act, pair: Pair) => Promise<void>,
): Promise<repository.RoleView> {
  return mutate(context, { policy: roleImply.name }, async (act) => {
    const role = await requireRole(act, act.tx, input.role);
    const implied = await requireRole(act, act.tx, input.impliedRole);
    requireAllowed(act, roleImply, role);
    const graph = await graphRound(act, role, implied);
    await requireMayImply(act, graph, role, implied.id, action === 'role.implication_added' ? 'add' : 'remove');
    requireRoleEtag(role, input.etag);
    requireCustom(role);
    await change(act, { role, implied, graph });
    await repository.update(act, role);
    await record(act, action, role, { implied: implied.name, impliedRoleId: implied.id });
    return requireVisible(act, roleGet, await repository.findById(act.tx, role.id), 'role');
  });
}

/** Roles of any domain may bring a global role, but only roles of the same domain bring a domain's role. */
function graphRound({ tx }: Act, role: RoleRow, implied: RoleRow): Promise<RoleGraph> {
  if (role.domainId === null) return readRoleGraph(tx);
  return readRoleGraph(tx, [role.domainId, implied.domainId ?? role.domainId]);
}

function requireImplicable(role: RoleRow, implied: RoleRow): void {
  // `admin` is only granted directly, so that everybody can see who has it.
  if (implied.isImmutable && implied.name === 'admin') throw invalid('No role can imply admin.', 'impliedRole');
  if (implied.domainId === null || implied.domainId === role.domainId) return;
  if (role.domainId === null) throw invalid('A global role can imply only global roles.', 'impliedRole');
  throw invalid('A domain’s role can imply only global roles and roles of its domain.', 'impliedRole');
}

/** Roles on a cycle are all global or all of one domain, so a caller who may read one may read all. */
function requireNoCycle(graph: RoleGraph, role: RoleRow, implied: RoleRow): void {
  const back = graph.chain(implied.id, role.id);
  if (back === undefined) return;
  const names = [role, ...back].map(({ name }) => name);
  throw invalid(`This would close a cycle: ${names.join(' → ')}.`, 'impliedRole');
}
