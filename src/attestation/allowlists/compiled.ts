import { LRUCache } from 'lru-cache';
import type { Db } from '../../db/open.js';
import { loadContent } from '../contents/index.js';
import type { CompiledRuntimePolicy } from '../runtime-policy/index.js';
import { compileInWorker } from '../workers/index.js';

const CACHE_BYTES_MAX = 512 * 1024 * 1024;

interface Source {
  readonly db: Db;
  readonly digest: string;
  readonly excludes: readonly string[];
}

/** Keyed by content, so what is cached can never be out of date, whichever database it came from. */
const cache = new LRUCache<string, CompiledRuntimePolicy, Source>({
  maxSize: CACHE_BYTES_MAX,
  sizeCalculation: bytesOf,
  fetchMethod: async (_key, _stale, { context: { db, digest, excludes } }) =>
    compileInWorker(await loadContent(db, digest), excludes),
});

/**
 * A runtime policy, compiled. Callers that want the same one at once share the work; so this must be given the
 * database and not a transaction, whose holder could come to wait for another's work that waits for the transaction.
 */
export function compiledPolicy(db: Db, digest: string, excludes: readonly string[]): Promise<CompiledRuntimePolicy> {
  return cache.forceFetch(JSON.stringify([digest, excludes]), { context: { db, digest, excludes } });
}

function bytesOf(policy: CompiledRuntimePolicy): number {
  const tables = [policy.files, policy.keyrings, policy.buffers];
  const shared = tables.flatMap((t) => [t.records, t.slots]);
  return shared.reduce((sum, buffer) => sum + buffer.byteLength, 1);
}
