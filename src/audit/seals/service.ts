import type { Context } from '../../authority/index.js';
import { invalidCursor } from '../../platform/errors.js';
import { type Connection, connection, type PageArgs, pageRequest } from '../../platform/pagination.js';
import { pemOf, type SignedPlace } from '../chain/index.js';
import { readKeyFile } from './key-file.js';
import * as repository from './repository.js';
import { headOf, trimOf } from './views.js';

/** The chain as a whole. */
export interface Chain {
  readonly firstSeq: number;
  readonly head: SignedPlace | null;
  readonly trim: SignedPlace | null;
  readonly unsealedCount: number;
  readonly oldestUnsealedAt: Date | null;
  readonly keys: readonly { readonly keyId: string; readonly publicKey: string }[];
}

export function getAuditChain(context: Context): Promise<Chain> {
  const keys = readKeyFile(context.settings.auditKeyPath);
  return repository.atOnce(context.db, async (db) => {
    const head = await repository.findNewestHead(db);
    const trimmed = await repository.findTrim(db);
    const { count, oldest } = await repository.countUnsealed(db, head);
    return {
      firstSeq: (trimmed?.seq ?? 0) + 1,
      head: head && headOf(head),
      trim: trimmed && trimOf(trimmed),
      unsealedCount: count,
      oldestUnsealedAt: oldest,
      keys: [...keys.byId].map(([keyId, key]) => ({ keyId, publicKey: pemOf(key) })),
    };
  });
}

export async function listAuditSeals(
  context: Context,
  args: PageArgs & { fromSeq?: number | null | undefined },
): Promise<Connection<repository.SealRow>> {
  const page = pageRequest(args, 'audit-seals', 1);
  const after = Number(page.after?.[0] ?? (args.fromSeq ?? 1) - 1);
  if (!Number.isSafeInteger(after)) throw invalidCursor();
  const rows = await repository.listSeals(context.db, after + 1, page.first + 1);
  return connection(rows, page, (row) => [String(row.seq)]);
}
