import { and, eq, inArray, notExists, sql } from 'drizzle-orm';
import { chore, type Reference, type Sweep } from '../../authority/index.js';
import type { Tx } from '../../db/open.js';
import { contentChunks, contents } from './tables.js';

const SWEPT_AT_ONCE = 16;

/** Removes content that nothing refers to. */
export const contentSweep: Sweep = {
  name: 'contents',
  removes: [contents, contentChunks],
  removeSome: (services) => chore(services, ({ tx }) => removeOrphans(tx, services.references.filter(isKeeping))),
};

const isKeeping = ({ to, keepsAs }: Reference) => to === 'Content' && keepsAs !== undefined;

async function removeOrphans(tx: Tx, references: readonly Reference[]): Promise<number> {
  const isOrphan = and(
    ...references.map(({ column }) =>
      notExists(tx.select({ one: sql`1` }).from(column.table).where(eq(column, contents.digest))),
    ),
  );
  const held = await tx
    .select({ digest: contents.digest })
    .from(contents)
    .where(isOrphan)
    .limit(SWEPT_AT_ONCE)
    .for('update', { skipLocked: true });
  // The second statement checks again, and sees what committed before the rows were locked. Whoever stores the same
  // content now waits for this transaction (`storeContent`), so no reference can appear in between.
  const digests = held.map(({ digest }) => digest);
  const gone = await tx
    .delete(contents)
    .where(and(inArray(contents.digest, digests), isOrphan))
    .returning({ digest: contents.digest });
  return gone.length;
}
