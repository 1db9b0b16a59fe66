import { Buffer } from 'node:buffer';
import type { HashAlgorithm } from '../tpm/index.js';
import type { CompiledRuntimePolicy } from './compile.js';
import { algorithmOfSize, digestSize } from './digests.js';
import { type ExcludeTest, excludeTestOf } from './excludes.js';
import { PathTable } from './path-table.js';

export type Lookup = 'MATCH' | 'DIGEST_MISMATCH' | 'NOT_LISTED';

/** A digest with its algorithm, for people: `sha256:<hex>`. */
export function formatDigest(digest: Uint8Array): string {
  return `${algorithmOfSize(digest.length) ?? 'unknown'}:${Buffer.from(digest).toString('hex')}`;
}

/** Looks things up in a compiled list. Cheap to create: it copies nothing, and compiles excludes at first use. */
export class RuntimePolicy {
  readonly files: PathTable;
  readonly keyrings: PathTable;
  readonly buffers: PathTable;
  readonly ignoredKeyrings: ReadonlySet<string>;
  readonly #compiled: CompiledRuntimePolicy;
  #excludeTest: ExcludeTest | undefined;

  constructor(compiled: CompiledRuntimePolicy) {
    this.files = new PathTable(compiled.files);
    this.keyrings = new PathTable(compiled.keyrings);
    this.buffers = new PathTable(compiled.buffers);
    this.ignoredKeyrings = new Set(compiled.ignoredKeyrings);
    this.#compiled = compiled;
  }

  /**
   * Whether this digest, under this algorithm, is listed for the path. The path must be spelt as in the list or a log.
   */
  lookup(path: string | Uint8Array, algorithm: HashAlgorithm, digest: Uint8Array): Lookup {
    const bytes = typeof path === 'string' ? Buffer.from(path) : path;
    if (this.files.find(bytes, 0, bytes.length) < 0) return 'NOT_LISTED';
    const isRightSize = digestSize(algorithm) === digest.length;
    const isListed = isRightSize && this.files.lists(bytes, 0, bytes.length, digest, digest.length);
    return isListed ? 'MATCH' : 'DIGEST_MISMATCH';
  }

  /** The listed digests of a path, as `sha256:<hex>`, at most `limit`. */
  expectedDigests(path: string | Uint8Array, limit = 8): string[] {
    const bytes = typeof path === 'string' ? Buffer.from(path) : path;
    const record = this.files.find(bytes, 0, bytes.length);
    return record < 0 ? [] : this.files.digestsOf(record, limit).map(formatDigest);
  }

  isExcluded(path: string): boolean {
    this.#excludeTest ??= excludeTestOf(this.#compiled.contentDigest, this.#compiled.excludes);
    return this.#excludeTest(path);
  }
}

/** Opens a compiled list for look-ups, on any thread that it was posted to. */
export function openRuntimePolicy(compiled: CompiledRuntimePolicy): RuntimePolicy {
  return new RuntimePolicy(compiled);
}
