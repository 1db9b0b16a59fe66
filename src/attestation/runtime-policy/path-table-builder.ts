import { type CompiledPathTable, hashBytes, hasName, NAME_OFFSET, nameSize } from './path-table.js';

/** An honest list at half load never comes near this; a list built to collide is refused by it. */
const MAX_PROBES = 1024;
const SPACE = 0x20;
const UNDERSCORE = 0x5f;

function shared(source: Uint8Array | Int32Array): SharedArrayBuffer {
  const copy = new SharedArrayBuffer(source.byteLength);
  new Uint8Array(copy).set(new Uint8Array(source.buffer, source.byteOffset, source.byteLength));
  return copy;
}

/** Collects names and digests. Call `add`, then `addDigest` for each digest of that name, then the next name. */
export class PathTableBuilder {
  count = 0;
  digestCount = 0;
  readonly #seed: number;
  /** What is not written yet is zero, which closes the last record. */
  #records = new Uint8Array(1 << 12);
  /** Where the next record starts, behind the zero that closes the last. */
  #end = 0;
  #slots = new Int32Array(1 << 9);
  /** Records of names with a space, which the kernel's log writes with an underscore. */
  readonly #spaced: number[] = [];

  constructor(seed: number) {
    this.#seed = seed | 0;
  }

  /** Adds the name `bytes[start..end)`. Returns false, and adds nothing, when the table has it already. */
  add(bytes: Uint8Array, start: number, end: number): boolean {
    const hash = hashBytes(bytes, start, end, this.#seed);
    const slot = this.#slotOf(bytes, start, end, hash);
    if (this.#slots[slot + 1] !== 0) return false;
    const record = this.#begin(bytes, start, end);
    this.#slots[slot] = hash;
    this.#slots[slot + 1] = record + 1;
    this.count += 1;
    if (this.count * 4 > this.#slots.length) this.#enlarge();
    return true;
  }

  /** Adds a digest of the name that was added last. */
  addDigest(digest: Uint8Array, size: number): void {
    this.#reserve(this.#end + 1 + size);
    const from = this.#end - 1;
    this.#records[from] = size;
    for (let at = 0; at < size; at += 1) this.#records[from + 1 + at] = digest[at] as number;
    this.#end += 1 + size;
    this.digestCount += 1;
  }

  /** Copies everything onto shared memory of exactly the size needed. */
  finish(): CompiledPathTable {
    const { count, digestCount } = this;
    for (const record of this.#spaced) this.#addUnderscored(record);
    return {
      count,
      digestCount,
      seed: this.#seed,
      records: shared(this.#records.subarray(0, this.#end)),
      slots: shared(this.#slots),
    };
  }

  /** Begins a record, and returns where it starts. */
  #begin(bytes: Uint8Array, start: number, end: number): number {
    const record = this.#end;
    const size = end - start;
    this.#end = record + NAME_OFFSET + size + 1;
    this.#reserve(this.#end);
    const records = this.#records;
    for (let byte = 0; byte < NAME_OFFSET; byte += 1) records[record + byte] = size >>> (8 * byte);
    let hasSpace = false;
    for (let at = 0; at < size; at += 1) {
      const byte = bytes[start + at] as number;
      if (byte === SPACE) hasSpace = true;
      records[record + NAME_OFFSET + at] = byte;
    }
    if (hasSpace) this.#spaced.push(record);
    return record;
  }

  #reserve(needed: number): void {
    if (needed <= this.#records.length) return;
    const larger = new Uint8Array(Math.max(needed, this.#records.length * 2));
    larger.set(this.#records);
    this.#records = larger;
  }

  /**
   * Linux writes a space in a measured name as an underscore (`ima_write_template_field_data`), so a listed
   * `/a b` is what the log calls `/a_b`. Both names are then allowed what either of them lists.
   */
  #addUnderscored(record: number): void {
    const start = record + NAME_OFFSET;
    const name = this.#records.slice(start, start + nameSize(this.#records, record));
    for (let at = 0; at < name.length; at += 1) if (name[at] === SPACE) name[at] = UNDERSCORE;
    const slot = this.#slotOf(name, 0, name.length, hashBytes(name, 0, name.length, this.#seed));
    const other = (this.#slots[slot + 1] as number) - 1;
    if (other < 0) this.add(name, 0, name.length);
    else {
      // The name gets a new record: with its own digests, and those of the name with spaces.
      this.#slots[slot + 1] = this.#begin(name, 0, name.length) + 1;
      this.#copyDigests(other);
    }
    this.#copyDigests(record);
  }

  #copyDigests(record: number): void {
    let at = record + NAME_OFFSET + nameSize(this.#records, record);
    for (let size = this.#records[at] as number; size !== 0; size = this.#records[at] as number) {
      this.addDigest(this.#records.slice(at + 1, at + 1 + size), size);
      at += 1 + size;
    }
  }

  #slotOf(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const mask = this.#slots.length - 1;
    let slot = (hash << 1) & mask;
    for (let probes = 0; probes < MAX_PROBES; probes += 1) {
      const record = (this.#slots[slot + 1] as number) - 1;
      if (record < 0) return slot;
      if (this.#slots[slot] === hash && hasName(this.#records, record, bytes, start, end)) return slot;
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
