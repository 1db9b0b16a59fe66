import type { Room } from './records.js';

/** An honest list never comes near this limit; it refuses a list built to collide. */
const MAX_PROBES = 1024;
const FIRST_SLOTS = 1 << 6;
/** The first four bits of a hash; its last bits choose the slot. */
const TAG_MASK = -1 << 28;

/** An index entry: the address of a record, and part of its name's hash in the rest of the 32 bits. */
export const entryOf = (record: number, hash: number) => (hash & TAG_MASK) | (record >>> 2);
export const recordIn = (entry: number) => (entry & ~TAG_MASK) << 2;
/** Whether the record of this entry could have this hash. */
export const mayBe = (entry: number, hash: number) => ((entry ^ hash) & TAG_MASK) === 0;

/** An index of records by open addressing, at most three quarters full. */
export class SlotIndex {
  slots: Int32Array<SharedArrayBuffer>;
  #count = 0;
  readonly #room: Room;
  readonly #hashOf: (record: number) => number;

  /** @param hashOf Returns the hash of a record's name. */
  constructor(room: Room, hashOf: (record: number) => number) {
    this.#room = room;
    this.#hashOf = hashOf;
    this.slots = this.#made(FIRST_SLOTS);
  }

  /** The slot of the record with this hash that `isIt` accepts; if there is none, an empty slot for it. */
  slotOf(hash: number, isIt: (record: number) => boolean): number {
    if ((this.#count + 1) * 4 > this.slots.length * 3) this.#enlarge();
    const { slots } = this;
    const mask = slots.length - 1;
    let slot = hash & mask;
    for (let probes = 0; probes < MAX_PROBES; probes += 1) {
      const entry = slots[slot] as number;
      if (entry === 0 || (mayBe(entry, hash) && isIt(recordIn(entry)))) return slot;
      slot = (slot + 1) & mask;
    }
    throw new RangeError('the names collide so that no index can be built');
  }

  recordAt(slot: number): number {
    return recordIn(this.slots[slot] as number);
  }

  /** Puts a record into an empty slot. */
  fill(slot: number, record: number, hash: number): void {
    this.slots[slot] = entryOf(record, hash);
    this.#count += 1;
  }

  /** Updates the address of a record that moved. */
  move(slot: number, record: number): void {
    this.slots[slot] = entryOf(record, this.slots[slot] as number);
  }

  #made(length: number): Int32Array<SharedArrayBuffer> {
    this.#room(length * Int32Array.BYTES_PER_ELEMENT);
    return new Int32Array(new SharedArrayBuffer(length * Int32Array.BYTES_PER_ELEMENT));
  }

  #enlarge(): void {
    const old = this.slots;
    const slots = this.#made(old.length * 2);
    const mask = slots.length - 1;
    for (const entry of old) {
      if (entry === 0) continue;
      let to = this.#hashOf(recordIn(entry)) & mask;
      while (slots[to] !== 0) to = (to + 1) & mask;
      slots[to] = entry;
    }
    this.slots = slots;
    this.#room(-old.byteLength);
  }
}
