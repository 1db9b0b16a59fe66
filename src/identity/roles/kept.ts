import { sql } from 'drizzle-orm';
import type { Tx } from '../../db/open.js';
import { apiCredentials } from '../credentials/tables.js';
import { tokens } from '../tokens/tables.js';
import type { RoleRow } from './tables.js';

/**
 * Tokens and API credentials store global roles by name. This renames them with the role or, with null, drops a deleted
 * role: otherwise a later role of that name would apply to tokens that never chose it.
 */
export async function renameKept(tx: Tx, { domainId, name }: RoleRow, newName: string | null): Promise<void> {
  if (domainId !== null || newName === name) return;
  for (const table of [tokens, apiCredentials]) {
    const renamed =
      newName === null ? sql`array_remove(roles, ${name})` : sql`array_replace(roles, ${name}, ${newName})`;
    await tx.update(table).set({ roles: renamed }).where(sql`${name} = any(${table.roles})`);
  }
}
