import { eq, sql } from 'drizzle-orm';
import type { Services } from '../../../src/authority/index.js';
import type { Db, RootDb, Tx } from '../../../src/db/open.js';
import { DOMAINS } from '../../../src/domains.js';
import { newId } from '../../../src/platform/ids.js';
import {
  contentSweep,
  contents,
  loadContent,
  type PackedContent,
  packContent,
  storeContent,
} from '../../../src/uploads/contents/index.js';
import { uploads } from '../../../src/uploads/uploads/tables.js';
import { asIds } from '../../harness/ids.js';
import { roomForAll } from '../../harness/memory.js';

export const NOW = new Date('2026-01-01T00:00:00Z');

export const packed = (text: string): Promise<PackedContent> => packContent(Buffer.from(text), 1024, roomForAll());

/** Every domain's, as the server collects them. */
const references = DOMAINS.flatMap((domain) => domain.references ?? []);

/** One batch of the sweep, as the server runs it. */
export const sweepOnce = (db: RootDb): Promise<number> =>
  contentSweep.removeSome({ db, references, clock: { now: () => NOW } } as unknown as Services, {});

export const store = (db: RootDb, content: PackedContent): Promise<string> =>
  db.transaction((tx) => storeContent(tx, content, NOW));

export const refer = (db: RootDb, digest: string): Promise<void> => db.transaction((tx) => referTo(tx, digest));

/** Something that refers to content. */
export async function referTo(tx: Tx, contentDigest: string): Promise<void> {
  const row = { id: newId('Upload'), userId: 'u', agentId: null, size: 1, digest: contentDigest, contentDigest };
  await tx.insert(uploads).values(asIds({ ...row, createdAt: NOW, expiresAt: NOW }));
}

export const isStored = async (db: Db, digest: string): Promise<boolean> =>
  (await db.select({ one: sql`1` }).from(contents).where(eq(contents.digest, digest))).length > 0;

export async function textOf(db: Db, digest: string): Promise<string> {
  const [row] = await db.select({ size: contents.size }).from(contents).where(eq(contents.digest, digest));
  return Buffer.from(await loadContent(db, { digest, size: row?.size ?? 0 }, roomForAll())).toString();
}
