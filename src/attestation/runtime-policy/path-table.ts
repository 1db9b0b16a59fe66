/** Names and their allowed digests as flat arrays on shared memory: one copy serves every agent and thread. */
export interface CompiledPathTable {
  readonly count: number;
  readonly digestCount: number;
  /** Entry 0 of the hash; it comes from the list's own digest, so nobody can aim collisions at it. */
  readonly seed: number;
  /** Uint8: every name, end to end. */
  readonly names: SharedArrayBuffer;
  /** Uint32, count + 1: where each name starts. */
  readonly nameStarts: SharedArrayBuffer;
  /** Uint8: per name its digests as (size, bytes), ended by a size of 0. */
  readonly digests: SharedArrayBuffer;
  /** Uint32, count: where each name's digests start. */
  readonly digestStarts: SharedArrayBuffer;
  /** Int32 pairs (hash, index + 1), open addressing, at most half full. */
  readonly slots: SharedArrayBuffer;
}

/** FNV-1a over bytes, with murmur's finaliser so that the low bits depend on every byte. */
export function hashBytes(bytes: Uint8Array, start: number, end: number, seed: number): number {
  let hash = seed;
  for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/** Is the name at `index` the same as `bytes[start..end)`? */
export function sameName(
  names: Uint8Array,
  starts: Uint32Array,
  index: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): boolean {
  const from = starts[index] as number;
  if ((starts[index + 1] as number) - from !== end - start) return false;
  for (let at = start; at < end; at += 1) if (names[from + at - start] !== bytes[at]) return false;
  return true;
}

/** Looks names up in a compiled table. Nothing is copied and a look-up makes no garbage. */
export class PathTable {
  readonly count: number;
  readonly digestCount: number;
  readonly #seed: number;
  readonly #names: Uint8Array;
  readonly #nameStarts: Uint32Array;
  readonly #digests: Uint8Array;
  readonly #digestStarts: Uint32Array;
  readonly #slots: Int32Array;

  constructor(compiled: CompiledPathTable) {
    this.count = compiled.count;
    this.digestCount = compiled.digestCount;
    this.#seed = compiled.seed;
    this.#names = new Uint8Array(compiled.names);
    this.#nameStarts = new Uint32Array(compiled.nameStarts);
    this.#digests = new Uint8Array(compiled.digests);
    this.#digestStarts = new Uint32Array(compiled.digestStarts);
    this.#slots = new Int32Array(compiled.slots);
  }

  /** The index of the name `bytes[start..end)`, or -1. */
  find(bytes: Uint8Array, start: number, end: number): number {
    const hash = hashBytes(bytes, start, end, this.#seed);
    const slots = this.#slots;
    const mask = slots.length - 1;
    // The table is at most half full, so the search always meets an empty slot.
    for (let slot = (hash << 1) & mask; ; slot = (slot + 2) & mask) {
      const index = (slots[slot + 1] as number) - 1;
      if (index < 0) return -1;
      if (slots[slot] === hash && sameName(this.#names, this.#nameStarts, index, bytes, start, end)) return index;
    }
  }

  /** Does the name at `index` list these `size` bytes of digest? A digest's size tells its algorithm. */
  hasDigest(index: number, digest: Uint8Array, size: number): boolean {
    const digests = this.#digests;
    let from = this.#digestStarts[index] as number;
    for (let listed = digests[from] as number; listed !== 0; listed = digests[from] as number) {
      from += 1;
      if (listed === size) {
        let at = 0;
        while (at < size && digests[from + at] === digest[at]) at += 1;
        if (at === size) return true;
      }
      from += listed;
    }
    return false;
  }

  /** The name at `index`; indices run from 0 to `count`. */
  nameAt(index: number): string {
    return Buffer.from(this.#names.slice(this.#nameStarts[index], this.#nameStarts[index + 1])).toString('utf8');
  }

  /** The digests listed for the name at `index`, at most `limit` of them, for a message to a person. */
  digestsAt(index: number, limit: number): Uint8Array[] {
    const found: Uint8Array[] = [];
    let from = this.#digestStarts[index] as number;
    for (
      let size = this.#digests[from] as number;
      size !== 0 && found.length < limit;
      size = this.#digests[from] as number
    ) {
      found.push(this.#digests.slice(from + 1, from + 1 + size));
      from += 1 + size;
    }
    return found;
  }
}
