/** Requests so many bytes of memory; a negative number returns memory. Throws when there is no room. */
export type Room = (bytes: number) => void;

/** Each record lies in one block: a growing list is not copied, and blocks are no larger than necessary. */
export const BLOCK_BITS = 22;
const BLOCK_BYTES = 1 << BLOCK_BITS;
export const BLOCK_MASK = BLOCK_BYTES - 1;
const FIRST_BLOCK_BYTES = 1 << 12;

/** Records begin at multiples of 4, so 32 bits of an index hold a place in 1 GiB and four bits of a hash. */
const ALIGNMENT = 4;
const ADDRESS_MAX = 2 ** 30;

/** Collects records. An address is a block's number and a place in it; no address is 0. */
export class RecordStore {
  readonly blocks: Uint8Array[] = [];
  readonly #room: Room;
  #end = ALIGNMENT;

  constructor(room: Room) {
    this.#room = room;
  }

  /** Begins a record of so many bytes, all 0, and returns its address. */
  begin(size: number): number {
    let address = this.#end;
    if ((address & BLOCK_MASK) + size > BLOCK_BYTES) address = (address | BLOCK_MASK) + 1;
    if (size > BLOCK_BYTES || address + size > ADDRESS_MAX) throw new RangeError('the list is too large for its index');
    this.#require(address >>> BLOCK_BITS, (address & BLOCK_MASK) + size);
    this.#end = aligned(address + size);
    return address;
  }

  /** Enlarges the last record, and returns its address: at the end of a block, it moves to the next. */
  enlarge(address: number, size: number, larger: number): number {
    this.#end = address;
    const moved = this.begin(larger);
    if (moved === address) return address;
    const from = address & BLOCK_MASK;
    const record = (this.blocks[address >>> BLOCK_BITS] as Uint8Array).subarray(from, from + size);
    (this.blocks[moved >>> BLOCK_BITS] as Uint8Array).set(record);
    record.fill(0);
    return moved;
  }

  /** The blocks; the last one is cut to its content. */
  finish(): SharedArrayBuffer[] {
    const last = this.blocks.length - 1;
    if (last >= 0) this.#resize(last, Math.min(((this.#end - 1) & BLOCK_MASK) + 1, BLOCK_BYTES));
    return this.blocks.map(({ buffer }) => buffer as unknown as SharedArrayBuffer);
  }

  #require(index: number, size: number): void {
    const block = this.blocks[index];
    if (block !== undefined && block.length >= size) return;
    let length = index === 0 ? FIRST_BLOCK_BYTES : BLOCK_BYTES;
    while (length < size) length *= 2;
    this.#resize(index, length);
  }

  #resize(index: number, length: number): void {
    const old = this.blocks[index];
    this.#room(length);
    const block = new Uint8Array(new SharedArrayBuffer(length));
    if (old !== undefined) {
      block.set(old.subarray(0, length));
      this.#room(-old.length);
    }
    this.blocks[index] = block;
  }
}

export const aligned = (address: number) => (address + ALIGNMENT - 1) & -ALIGNMENT;
