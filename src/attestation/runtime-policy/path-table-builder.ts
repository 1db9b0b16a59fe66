import { hashBytes, isName } from './name-hash.js';
import { type CompiledPathTable, firstIn, HEADER_BYTES, sizeIn, splitOf } from './path-table.js';
import { BLOCK_BITS, BLOCK_MASK, RecordStore, type Room } from './records.js';
import { SlotIndex } from './slot-index.js';

/** Collects names and digests. For each name, call `add`, then `addDigest` for each of its digests. */
export class PathTableBuilder {
  count = 0;
  digestCount = 0;
  readonly #seed: number;
  readonly #room: Room;
  readonly #names: RecordStore;
  readonly #directories: RecordStore;
  readonly #nameIndex: SlotIndex;
  readonly #directoryIndex: SlotIndex;
  /** The current name: `#bytes[#start..#split)` is its directory, and the rest ends at `#end`. */
  #bytes: Uint8Array = new Uint8Array();
  #start = 0;
  #split = 0;
  #end = 0;
  /** The record added last, its size and its slot. */
  #last = 0;
  #lastSize = 0;
  #lastSlot = 0;

  constructor(seed: number, room: Room) {
    this.#seed = seed | 0;
    this.#room = room;
    this.#names = new RecordStore(room);
    this.#directories = new RecordStore(room);
    this.#nameIndex = new SlotIndex(room, (record) => this.#hashOfName(record));
    this.#directoryIndex = new SlotIndex(room, (record) =>
      firstIn(blockOf(this.#directories, record), placeOf(record)),
    );
  }

  /** Adds the name `bytes[start..end)`. If the table has it already, adds nothing and returns false. */
  add(bytes: Uint8Array, start: number, end: number): boolean {
    this.#bytes = bytes;
    this.#start = start;
    this.#split = splitOf(bytes, start, end);
    this.#end = end;
    const directoryHash = hashBytes(bytes, start, this.#split, this.#seed);
    const hash = hashBytes(bytes, this.#split, end, directoryHash);
    const slot = this.#nameIndex.slotOf(hash, this.#isName);
    if (this.#nameIndex.recordAt(slot) !== 0) return false;
    const directory = this.#directoryOf(directoryHash);
    // The header, the name, and the closing size of 0.
    this.#lastSize = HEADER_BYTES + end - this.#split + 1;
    this.#last = this.#names.begin(this.#lastSize);
    write(this.#names, this.#last, directory, bytes, this.#split, end);
    this.#nameIndex.fill(slot, this.#last, hash);
    this.#lastSlot = slot;
    this.count += 1;
    return true;
  }

  /** Adds a digest to the name added last. */
  addDigest(digest: Uint8Array, size: number): void {
    const larger = this.#lastSize + 1 + size;
    const record = this.#names.enlarge(this.#last, this.#lastSize, larger);
    if (record !== this.#last) this.#nameIndex.move(this.#lastSlot, record);
    const block = blockOf(this.#names, record);
    const at = placeOf(record) + this.#lastSize - 1;
    block[at] = size;
    for (let byte = 0; byte < size; byte += 1) block[at + 1 + byte] = digest[byte] as number;
    this.#last = record;
    this.#lastSize = larger;
    this.digestCount += 1;
  }

  finish(): CompiledPathTable {
    const names = this.#names.finish();
    const directories = this.#directories.finish();
    this.#room(-this.#directoryIndex.slots.byteLength);
    const { count, digestCount } = this;
    return { count, digestCount, seed: this.#seed, names, directories, slots: this.#nameIndex.slots.buffer };
  }

  #directoryOf(hash: number): number {
    const slot = this.#directoryIndex.slotOf(hash, this.#isDirectory);
    const known = this.#directoryIndex.recordAt(slot);
    if (known !== 0) return known;
    const record = this.#directories.begin(HEADER_BYTES + this.#split - this.#start);
    write(this.#directories, record, hash, this.#bytes, this.#start, this.#split);
    this.#directoryIndex.fill(slot, record, hash);
    return record;
  }

  readonly #isName = (record: number): boolean => {
    const block = blockOf(this.#names, record);
    if (!isWritten(block, placeOf(record), this.#bytes, this.#split, this.#end)) return false;
    return this.#isDirectory(firstIn(block, placeOf(record)));
  };

  readonly #isDirectory = (record: number): boolean =>
    isWritten(blockOf(this.#directories, record), placeOf(record), this.#bytes, this.#start, this.#split);

  #hashOfName(record: number): number {
    const block = blockOf(this.#names, record);
    const directory = firstIn(block, placeOf(record));
    const directoryHash = firstIn(blockOf(this.#directories, directory), placeOf(directory));
    const from = placeOf(record) + HEADER_BYTES;
    return hashBytes(block, from, from + sizeIn(block, placeOf(record)), directoryHash);
  }
}

const placeOf = (record: number) => record & BLOCK_MASK;
const blockOf = (store: RecordStore, record: number) => store.blocks[record >>> BLOCK_BITS] as Uint8Array;

function isWritten(block: Uint8Array, at: number, bytes: Uint8Array, start: number, end: number): boolean {
  return sizeIn(block, at) === end - start && isName(block, at + HEADER_BYTES, bytes, start, end);
}

/** Writes the header and the bytes of a record. */
function write(store: RecordStore, record: number, first: number, bytes: Uint8Array, start: number, end: number): void {
  const block = blockOf(store, record);
  const at = placeOf(record);
  const size = end - start;
  for (let byte = 0; byte < 4; byte += 1) block[at + byte] = first >>> (8 * byte);
  block[at + 4] = size;
  block[at + 5] = size >>> 8;
  for (let byte = 0; byte < size; byte += 1) block[at + HEADER_BYTES + byte] = bytes[start + byte] as number;
}
