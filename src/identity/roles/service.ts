import { type Context, defineLoader } from '../../authority/index.js';
import { definePolicy } from '../../platform/policy/index.js';
import { readRoleGraph } from './graph.js';

export const roleGet = definePolicy({
  name: 'role:get',
  description: 'Read the roles that exist.',
  scopeTypes: ['system', 'domain', 'project'],
  check: '@',
  operations: ['Query.roles', 'Role.*'],
});

export interface RoleView {
  readonly id: string;
  readonly name: string;
  readonly isImmutable: boolean;
  readonly implies: readonly string[];
}

export async function listRoles(context: Context): Promise<RoleView[]> {
  const graph = await readRoleGraph(context.db);
  const rows = graph.all.filter(({ domainId }) => domainId === null);
  return rows
    .map((row) => ({ ...row, implies: graph.namesOf(row.id).filter((name) => name !== row.name) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

export const loadRole = defineLoader(
  async (context) => new Map((await listRoles(context)).map((role) => [role.id, role])),
);
