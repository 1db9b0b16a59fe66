import { asc } from 'drizzle-orm';
import { type Context, defineLoader } from '../../authority/index.js';
import { definePolicy } from '../../platform/policy/index.js';
import { impliedNames } from '../assignments/effective.js';
import { roles } from './tables.js';

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
  const rows = await context.db.select().from(roles).orderBy(asc(roles.name));
  const names = await impliedNames(context.db);
  return rows.map((row) => ({ ...row, implies: (names.get(row.id) ?? []).filter((name) => name !== row.name) }));
}

export const loadRole = defineLoader(
  async (context) => new Map((await listRoles(context)).map((role) => [role.id, role])),
);
