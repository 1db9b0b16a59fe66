import { hashBytes, isNameInLog } from './name-hash.js';
import { aligned, BLOCK_BITS, BLOCK_MASK } from './records.js';
import { mayBe, recordIn } from './slot-index.js';

/**
 * Names and their allowed digests in shared memory: one copy serves every agent and thread. The last part of a name is
 * next to its digests, since in a list of many megabytes memory accesses are the cost of a look-up. The part up to its
 * last slash is stored once for all names that share it.
 */
export interface CompiledPathTable {
  readonly count: number;
  readonly digestCount: number;
  /** The start of the hash; it comes from the list's own digest, so nobody can prepare collisions. */
  readonly seed: number;
  /**
   * For each name: its directory's address (u32 little-endian), the size of the rest (u16), the rest, its digests as
   * (size, bytes), and a size of 0.
   */
  readonly names: readonly SharedArrayBuffer[];
  /** For each directory: its hash (u32 little-endian), its size (u16), and its bytes. */
  readonly directories: readonly SharedArrayBuffer[];
  /** Index entries (Int32); 0 for an empty slot. */
  readonly slots: SharedArrayBuffer;
}

/** The bytes before the name, or before the directory, in a record. */
export const HEADER_BYTES = 6;
const SLASH = 0x2f;

/** The start of the part after the last slash. */
export function splitOf(bytes: Uint8Array, start: number, end: number): number {
  let split = end;
  while (split > start && bytes[split - 1] !== SLASH) split -= 1;
  return split;
}

/** The first number in a record: the address of a name's directory, or the hash of a directory. */
export function firstIn(block: Uint8Array, at: number): number {
  const low = (block[at] as number) | ((block[at + 1] as number) << 8);
  return low | ((block[at + 2] as number) << 16) | ((block[at + 3] as number) << 24);
}

/** The size of the text in a record. */
export function sizeIn(block: Uint8Array, at: number): number {
  return (block[at + 4] as number) | ((block[at + 5] as number) << 8);
}

/** Looks names up in a compiled table. Copies nothing, and a look-up creates no garbage. */
export class PathTable {
  readonly count: number;
  readonly digestCount: number;
  readonly #seed: number;
  readonly #names: readonly Uint8Array[];
  readonly #directories: readonly Uint8Array[];
  readonly #slots: Int32Array;

  constructor(compiled: CompiledPathTable) {
    this.count = compiled.count;
    this.digestCount = compiled.digestCount;
    this.#seed = compiled.seed;
    this.#names = compiled.names.map((block) => new Uint8Array(block));
    this.#directories = compiled.directories.map((block) => new Uint8Array(block));
    this.#slots = new Int32Array(compiled.slots);
  }

  /** A record of the name `bytes[start..end)` from a log, or -1. */
  find(bytes: Uint8Array, start: number, end: number): number {
    return this.#seek(bytes, start, end, null, 0);
  }

  /** Whether any record of the name `bytes[start..end)` from a log lists the digest. */
  lists(bytes: Uint8Array, start: number, end: number, digest: Uint8Array, size: number): boolean {
    return this.#seek(bytes, start, end, digest, size) >= 0;
  }

  /** Whether the record lists these `size` bytes of digest; the size implies the algorithm. */
  hasDigest(record: number, digest: Uint8Array, size: number): boolean {
    const block = this.#blockOf(record);
    let from = digestsAt(block, record & BLOCK_MASK);
    for (let listed = block[from] as number; listed !== 0; listed = block[from] as number) {
      from += 1;
      if (listed === size) {
        let at = 0;
        while (at < size && block[from + at] === digest[at]) at += 1;
        if (at === size) return true;
      }
      from += listed;
    }
    return false;
  }

  /** The record of each listed name, in the order of the list. */
  *listed(): Generator<number> {
    for (const [index, block] of this.#names.entries()) {
      // No directory has address 0: a 0 here ends the block's records.
      for (let at = index === 0 ? aligned(1) : 0; at < block.length && firstIn(block, at) !== 0; ) {
        yield (index << BLOCK_BITS) | at;
        let end = digestsAt(block, at);
        while (block[end] !== 0) end += 1 + (block[end] as number);
        at = aligned(end + 1);
      }
    }
  }

  nameOf(record: number): string {
    const block = this.#blockOf(record);
    const at = record & BLOCK_MASK;
    const directory = firstIn(block, at);
    const from = (directory & BLOCK_MASK) + HEADER_BYTES;
    const directories = this.#directories[directory >>> BLOCK_BITS] as Uint8Array;
    const parent = directories.slice(from, from + sizeIn(directories, from - HEADER_BYTES));
    return Buffer.concat([parent, block.slice(at + HEADER_BYTES, digestsAt(block, at))]).toString('utf8');
  }

  /** The digests of a record, at most `limit`, to show to people. */
  digestsOf(record: number, limit: number): Uint8Array[] {
    const found: Uint8Array[] = [];
    const block = this.#blockOf(record);
    let from = digestsAt(block, record & BLOCK_MASK);
    while (block[from] !== 0 && found.length < limit) {
      const end = from + 1 + (block[from] as number);
      found.push(block.slice(from + 1, end));
      from = end;
    }
    return found;
  }

  /** The first record of the name that also has the digest, if one is given; -1 when there is none. */
  #seek(bytes: Uint8Array, start: number, end: number, digest: Uint8Array | null, size: number): number {
    const split = splitOf(bytes, start, end);
    const hash = hashBytes(bytes, split, end, hashBytes(bytes, start, split, this.#seed));
    const slots = this.#slots;
    const mask = slots.length - 1;
    // The table is never full, so the search always reaches an empty slot.
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = slots[slot] as number;
      if (entry === 0) return -1;
      if (!mayBe(entry, hash)) continue;
      const record = recordIn(entry);
      if (!this.#hasName(record, bytes, start, split, end)) continue;
      if (digest === null || this.hasDigest(record, digest, size)) return record;
    }
  }

  #hasName(record: number, bytes: Uint8Array, start: number, split: number, end: number): boolean {
    const block = this.#blockOf(record);
    const at = record & BLOCK_MASK;
    if (sizeIn(block, at) !== end - split || !isNameInLog(block, at + HEADER_BYTES, bytes, split, end)) return false;
    const directory = firstIn(block, at);
    const directories = this.#directories[directory >>> BLOCK_BITS] as Uint8Array;
    const from = directory & BLOCK_MASK;
    return (
      sizeIn(directories, from) === split - start && isNameInLog(directories, from + HEADER_BYTES, bytes, start, split)
    );
  }

  #blockOf(record: number): Uint8Array {
    return this.#names[record >>> BLOCK_BITS] as Uint8Array;
  }
}

function digestsAt(block: Uint8Array, at: number): number {
  return at + HEADER_BYTES + sizeIn(block, at);
}
