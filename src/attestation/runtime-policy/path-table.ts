/**
 * Names and their allowed digests as flat arrays on shared memory: one copy serves every agent and thread. A name lies
 * beside its digests, since in a list of many megabytes what a look-up costs is the memory that it has to wait for.
 */
export interface CompiledPathTable {
  readonly count: number;
  readonly digestCount: number;
  /** Where the hash begins; it comes from the list's own digest, so nobody can aim collisions at it. */
  readonly seed: number;
  /** Uint8: per name its size (u32 little-endian), its bytes, its digests as (size, bytes), and a size of 0. */
  readonly records: SharedArrayBuffer;
  /** Int32 pairs (hash, record's start + 1), open addressing, at most half full. */
  readonly slots: SharedArrayBuffer;
}

/** The bytes before a name in its record. */
export const NAME_OFFSET = 4;

/**
 * FNV-1a over the even and the odd bytes, which the processor then does at once, with murmur's finaliser so that the low
 * bits depend on every byte.
 */
export function hashBytes(bytes: Uint8Array, start: number, end: number, seed: number): number {
  let [even, odd] = [seed, ~seed];
  const last = end - 1;
  let at = start;
  for (; at < last; at += 2) {
    even = Math.imul(even ^ (bytes[at] as number), 0x01000193);
    odd = Math.imul(odd ^ (bytes[at + 1] as number), 0x01000193);
  }
  if (at < end) even = Math.imul(even ^ (bytes[at] as number), 0x01000193);
  let hash = even ^ Math.imul(odd, 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/** The size of the name in a record. */
export function nameSize(records: Uint8Array, record: number): number {
  const low = (records[record] as number) | ((records[record + 1] as number) << 8);
  return low | ((records[record + 2] as number) << 16) | ((records[record + 3] as number) << 24);
}

/** Is the name in a record the same as `bytes[start..end)`? */
export function hasName(records: Uint8Array, record: number, bytes: Uint8Array, start: number, end: number): boolean {
  if (nameSize(records, record) !== end - start) return false;
  const shift = record + NAME_OFFSET - start;
  for (let at = start; at < end; at += 1) if (records[at + shift] !== bytes[at]) return false;
  return true;
}

/** Looks names up in a compiled table. Nothing is copied and a look-up makes no garbage. */
export class PathTable {
  readonly count: number;
  readonly digestCount: number;
  readonly #seed: number;
  readonly #records: Uint8Array;
  readonly #slots: Int32Array;

  constructor(compiled: CompiledPathTable) {
    this.count = compiled.count;
    this.digestCount = compiled.digestCount;
    this.#seed = compiled.seed;
    this.#records = new Uint8Array(compiled.records);
    this.#slots = new Int32Array(compiled.slots);
  }

  /** The record of the name `bytes[start..end)`, or -1. */
  find(bytes: Uint8Array, start: number, end: number): number {
    const hash = hashBytes(bytes, start, end, this.#seed);
    const slots = this.#slots;
    const mask = slots.length - 1;
    // The table is at most half full, so the search always meets an empty slot.
    for (let slot = (hash << 1) & mask; ; slot = (slot + 2) & mask) {
      const record = (slots[slot + 1] as number) - 1;
      if (record < 0) return -1;
      if (slots[slot] === hash && hasName(this.#records, record, bytes, start, end)) return record;
    }
  }

  /** Does the record list these `size` bytes of digest? A digest's size tells its algorithm. */
  hasDigest(record: number, digest: Uint8Array, size: number): boolean {
    const records = this.#records;
    let from = this.#digestsAt(record);
    for (let listed = records[from] as number; listed !== 0; listed = records[from] as number) {
      from += 1;
      if (listed === size) {
        let at = 0;
        while (at < size && records[from + at] === digest[at]) at += 1;
        if (at === size) return true;
      }
      from += listed;
    }
    return false;
  }

  /** The record of each listed name, in the order of the list. */
  *listed(): Generator<number> {
    let record = 0;
    for (let n = 0; n < this.count; n += 1) {
      let end = this.#digestsAt(record);
      // A record that took over the digests of another name lies elsewhere.
      yield this.find(this.#records, record + NAME_OFFSET, end);
      while (this.#records[end] !== 0) end += 1 + (this.#records[end] as number);
      record = end + 1;
    }
  }

  nameOf(record: number): string {
    return Buffer.from(this.#records.slice(record + NAME_OFFSET, this.#digestsAt(record))).toString('utf8');
  }

  /** The digests of a record, at most `limit` of them, for a message to a person. */
  digestsOf(record: number, limit: number): Uint8Array[] {
    const found: Uint8Array[] = [];
    let from = this.#digestsAt(record);
    while (this.#records[from] !== 0 && found.length < limit) {
      const end = from + 1 + (this.#records[from] as number);
      found.push(this.#records.slice(from + 1, end));
      from = end;
    }
    return found;
  }

  #digestsAt(record: number): number {
    return record + NAME_OFFSET + nameSize(this.#records, record);
  }
}
