// What must not compile. Nothing here is run: that each line with an expected error has one is what `tsc -p .` tests.
import type { Db, RootDb, Tx } from '../../src/db/open.js';
import { isId, newId } from '../../src/platform/ids.js';
import { findUpload } from '../../src/uploads/uploads/repository.js';

export function withTransactions(db: Db, root: RootDb, tx: Tx) {
  const writes = (of: Tx) => of;
  const reads = (of: Db) => of;
  const begins = (of: RootDb) => of;
  return [
    () => [writes(tx), reads(tx), reads(root), begins(root)],
    // @ts-expect-error The database is no transaction of it.
    () => writes(root),
    // @ts-expect-error Nor is what may be either.
    () => writes(db),
    // @ts-expect-error What begins transactions cannot be given one.
    () => begins(tx),
    // @ts-expect-error Nor what may be one.
    () => begins(db),
    // @ts-expect-error A transaction is not nested.
    () => tx.transaction(async () => {}),
    // @ts-expect-error Nor begun where there may be one.
    () => db.transaction(async () => {}),
  ];
}

export function withIds(db: Db, given: string) {
  return [
    () => findUpload(db, newId('Upload')),
    () => isId('Upload', given) && findUpload(db, given),
    // @ts-expect-error Another kind's id finds no upload.
    () => findUpload(db, newId('Agent')),
    // @ts-expect-error Nor does a text that nobody looked at.
    () => findUpload(db, given),
  ];
}
