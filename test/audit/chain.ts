import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { BATCH_MAX, sealBatch } from '../../src/audit/sealer/index.js';
import { countUnsealed, findNewestHead, readKeyFile, verifyAuditChain } from '../../src/audit/seals/index.js';
import { anonymous } from '../../src/authority/index.js';
import type { Db, RootDb, Tx } from '../../src/db/open.js';
import { rowsOf } from '../../src/db/rows.js';
import type { TestServer } from '../harness/server.js';

type Services = TestServer['services'];

/**
 * Seals all there is; answers how much that was. On Postgres an entry can wait for a transaction of another test, in
 * another database of the same cluster.
 */
export async function sealAll({ db, clock, settings }: Services): Promise<number> {
  const keys = readKeyFile(settings.auditKeyPath);
  let count = 0;
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await delay(20)) {
    for (let sealed = BATCH_MAX; sealed === BATCH_MAX; count += sealed) sealed = await sealBatch(db, keys, clock.now());
    const waiting = await countUnsealed(db, await findNewestHead(db));
    if (waiting.count === 0) return count;
  }
  throw new Error('not everything could be sealed');
}

/** Follows the whole chain; answers its last sequence number and throws for a fault. */
export async function verifyAll(db: RootDb, auditKeyPath: string): Promise<number> {
  let fromSeq: number | null = 1;
  for (;;) {
    const context = { db, settings: { auditKeyPath } } as Parameters<typeof verifyAuditChain>[0];
    const { verifiedSeq, nextSeq, fault } = await verifyAuditChain(context, { fromSeq });
    if (fault) throw new Error(`${fault.kind} at ${fault.seq}`);
    if (nextSeq === null) return verifiedSeq;
    fromSeq = nextSeq;
  }
}

/** Entries as a use case writes them, in one transaction. */
export async function writeEntries(services: Services, count: number): Promise<void> {
  await services.db.transaction(async (tx) => {
    for (let nth = 0; nth < count; nth++) await writeEntry(tx, services, nth);
  });
}

export async function writeEntry(tx: Tx, { clock, recordAudit }: Services, nth = 0): Promise<void> {
  const request = { requestId: `request-${nth}`, actor: anonymous, at: clock.now() };
  await recordAudit(tx, request, { action: 'upload.filled', details: { nth, text: 'é\n"', half: 0.5, list: [null] } });
}

export const VERIFY = `query ($fromSeq: BigInt, $toSeq: BigInt) {
  result: verifyAuditChain(fromSeq: $fromSeq, toSeq: $toSeq) { verifiedSeq nextSeq fault { kind seq entryId } } }`;

export const CHAIN = `{ chain: auditChain {
  firstSeq unsealedCount oldestUnsealedAt head { seq hash signedAt keyId signature } trim { seq signedAt }
  keys { keyId publicKey } } }`;

export const SEALS = `query ($first: Int, $after: String, $fromSeq: BigInt) {
  page: auditSeals(first: $first, after: $after, fromSeq: $fromSeq) {
    nodes { seq hash entryId entry { sealedForm } head { seq hash } }
    pageInfo { hasNextPage endCursor } } }`;

/** How many rows a table has. */
export const count = async (db: Db, table: string) =>
  (await rowsOf<{ n: number }>(db, sql.raw(`select count(*)::int as n from ${table}`)))[0]?.n ?? Number.NaN;

/** Seals whose entry was written by a later transaction than the next one's: none, in the order of commits. */
export const outOfOrder = (db: Db) =>
  rowsOf(
    db,
    sql`select s.seq from audit_seals s join audit_entries e on e.id = s.entry_id
      join audit_seals n on n.seq = s.seq + 1 join audit_entries f on f.id = n.entry_id
      where (e.xid, e.id) > (f.xid, f.id)`,
  );
