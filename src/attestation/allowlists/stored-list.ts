import type { Db } from '../../db/open.js';
import type { Lease } from '../../platform/byte-budget.js';
import { loadContent, STREAM_BYTES, type StoredContent, streamContent } from '../../uploads/contents/index.js';
import type { ListStream } from '../workers/index.js';

/** Runs something with a stored list: in memory if it is no larger than what a stream takes, otherwise as a stream. */
export async function withStoredList<T>(
  db: Db,
  { digest, size }: StoredContent,
  lease: Lease,
  run: (list: Uint8Array | ListStream) => Promise<T>,
): Promise<T> {
  if (size > STREAM_BYTES) {
    return run({ digest, size, open: () => streamContent(db, digest), overhead: STREAM_BYTES });
  }
  const content = await loadContent(db, { digest, size }, lease);
  try {
    return await run(content);
  } finally {
    // It was transferred to the thread, and is freed with its work.
    lease.give(size);
  }
}
