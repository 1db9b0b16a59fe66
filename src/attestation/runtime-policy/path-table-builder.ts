import { MAX_DIGEST_BYTES } from './digests.js';
import type { CompiledPathTable } from './path-table.js';
import { hashBytes, sameName } from './path-table.js';

/** An honest list at half load never comes near this; a list built to collide is refused by it. */
const MAX_PROBES = 1024;
const SPACE = 0x20;
const UNDERSCORE = 0x5f;

function grown<T extends Uint8Array | Uint32Array>(array: T, needed: number, create: (length: number) => T): T {
  if (needed <= array.length) return array;
  const larger = create(Math.max(needed, array.length * 2));
  larger.set(array);
  return larger;
}

const newBytes = (length: number): Uint8Array => new Uint8Array(length);
const newWords = (length: number): Uint32Array => new Uint32Array(length);

function sharedBytes(source: Uint8Array): SharedArrayBuffer {
  const shared = new SharedArrayBuffer(source.length);
  new Uint8Array(shared).set(source);
  return shared;
}

function sharedWords(source: Uint32Array | Int32Array): SharedArrayBuffer {
  return sharedBytes(new Uint8Array(source.buffer, source.byteOffset, source.byteLength));
}

/** Collects names and digests. Call `add`, then `addDigest` for each digest of that name, then the next name. */
export class PathTableBuilder {
  count = 0;
  digestCount = 0;
  readonly #seed: number;
  #names = newBytes(1 << 12);
  #nameStarts = newWords(1 << 8);
  #digests = newBytes(1 << 12);
  #digestsUsed = 0;
  #digestStarts = newWords(1 << 8);
  #slots = new Int32Array(1 << 9);
  /** Names with a space, which the kernel's log writes with an underscore. */
  readonly #spaced: number[] = [];

  constructor(seed: number) {
    this.#seed = seed | 0;
  }

  /** Adds the name `bytes[start..end)`. Returns false, and adds nothing, when the table has it already. */
  add(bytes: Uint8Array, start: number, end: number): boolean {
    const hash = hashBytes(bytes, start, end, this.#seed);
    const slot = this.#slotOf(bytes, start, end, hash);
    if ((this.#slots[slot + 1] as number) !== 0) return false;
    this.#slots[slot] = hash;
    this.#slots[slot + 1] = this.count + 1;
    this.#store(bytes, start, end);
    if (this.count * 4 > this.#slots.length) this.#enlarge();
    return true;
  }

  /** Adds a digest of the name that was added last. */
  addDigest(digest: Uint8Array, size: number): void {
    // One byte is kept for the closing zero, so that a name without digests is closed too.
    this.#digests = grown(this.#digests, this.#digestsUsed + MAX_DIGEST_BYTES + 3, newBytes);
    this.#digests[this.#digestsUsed] = size;
    for (let at = 0; at < size; at += 1) this.#digests[this.#digestsUsed + 1 + at] = digest[at] as number;
    this.#digestsUsed += 1 + size;
    this.digestCount += 1;
  }

  /** Copies everything onto shared memory of exactly the size needed. */
  finish(): CompiledPathTable {
    const listed = this.count;
    const digestCount = this.digestCount;
    for (const index of this.#spaced) this.#addUnderscored(index);
    this.#digestsUsed += 1;
    return {
      count: listed,
      digestCount,
      seed: this.#seed,
      names: sharedBytes(this.#names.subarray(0, this.#nameStarts[this.count])),
      nameStarts: sharedWords(this.#nameStarts.subarray(0, this.count + 1)),
      digests: sharedBytes(this.#digests.subarray(0, this.#digestsUsed)),
      digestStarts: sharedWords(this.#digestStarts.subarray(0, this.count)),
      slots: sharedWords(this.#slots),
    };
  }

  #store(bytes: Uint8Array, start: number, end: number): void {
    const from = this.#nameStarts[this.count] as number;
    this.#names = grown(this.#names, from + end - start, newBytes);
    let hasSpace = false;
    for (let at = start; at < end; at += 1) {
      if (bytes[at] === SPACE) hasSpace = true;
      this.#names[from + at - start] = bytes[at] as number;
    }
    if (hasSpace) this.#spaced.push(this.count);
    if (this.count > 0) this.#digestsUsed += 1;
    this.#digests = grown(this.#digests, this.#digestsUsed + 1, newBytes);
    this.#digestStarts = grown(this.#digestStarts, this.count + 1, newWords);
    this.#digestStarts[this.count] = this.#digestsUsed;
    this.count += 1;
    this.#nameStarts = grown(this.#nameStarts, this.count + 1, newWords);
    this.#nameStarts[this.count] = from + end - start;
  }

  /**
   * Linux writes a space in a measured name as an underscore (`ima_write_template_field_data`), so a listed
   * `/a b` is what the log calls `/a_b`. Both names are then allowed what either of them lists.
   */
  #addUnderscored(index: number): void {
    const start = this.#nameStarts[index] as number;
    const name = this.#names.slice(start, this.#nameStarts[index + 1]);
    for (let at = 0; at < name.length; at += 1) if (name[at] === SPACE) name[at] = UNDERSCORE;
    const hash = hashBytes(name, 0, name.length, this.#seed);
    const other = this.#slots[this.#slotOf(name, 0, name.length, hash) + 1] as number;
    if (other === 0) {
      this.add(name, 0, name.length);
      this.#copyDigests(this.#digestStarts[index] as number);
      return;
    }
    // The entry gets a new run of digests: its own, and those of the name with spaces.
    const own = this.#digestStarts[other - 1] as number;
    this.#digestsUsed += 1;
    this.#digests = grown(this.#digests, this.#digestsUsed + 1, newBytes);
    this.#digestStarts[other - 1] = this.#digestsUsed;
    this.#copyDigests(own);
    this.#copyDigests(this.#digestStarts[index] as number);
  }

  #copyDigests(from: number): void {
    for (let at = from; this.#digests[at] !== 0; at += 1 + (this.#digests[at] as number)) {
      const size = this.#digests[at] as number;
      this.addDigest(this.#digests.slice(at + 1, at + 1 + size), size);
    }
  }

  #slotOf(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const mask = this.#slots.length - 1;
    let slot = (hash << 1) & mask;
    for (let probes = 0; probes < MAX_PROBES; probes += 1) {
      const index = (this.#slots[slot + 1] as number) - 1;
      if (index < 0) return slot;
      if (this.#slots[slot] === hash && sameName(this.#names, this.#nameStarts, index, bytes, start, end)) return slot;
      slot = (slot + 2) & mask;
    }
    throw new RangeError('the names collide so that no index can be built');
  }

  #enlarge(): void {
    const old = this.#slots;
    this.#slots = new Int32Array(old.length * 2);
    const mask = this.#slots.length - 1;
    for (let from = 0; from < old.length; from += 2) {
      if (old[from + 1] === 0) continue;
      let to = ((old[from] as number) << 1) & mask;
      while (this.#slots[to + 1] !== 0) to = (to + 2) & mask;
      this.#slots[to] = old[from] as number;
      this.#slots[to + 1] = old[from + 1] as number;
    }
  }
}
