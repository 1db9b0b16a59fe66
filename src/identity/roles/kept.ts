import { sql } from 'drizzle-orm';
import type { Tx } from '../../db/open.js';
import { apiCredentials } from '../credentials/tables.js';
import { tokens } from '../tokens/tables.js';
import type { RoleRow } from './tables.js';

/**
 * Tokens and API credentials keep global roles by name. The names follow when a role gets another or, with null, is
 * deleted: otherwise a role that takes the name over would come to who never chose it.
 */
export async function renameKept(tx: Tx, { domainId, name }: RoleRow, newName: string | null): Promise<void> {
  if (domainId !== null || newName === name) return;
  for (const table of [tokens, apiCredentials]) {
    const renamed =
      newName === null ? sql`array_remove(roles, ${name})` : sql`array_replace(roles, ${name}, ${newName})`;
    await tx.update(table).set({ roles: renamed }).where(sql`${name} = any(${table.roles})`);
  }
}
