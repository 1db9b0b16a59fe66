import type { ByteSource } from '../runtime-policy/index.js';
import { AT_END, FAILED, type FeedInput, NOT_YET, PIECE, ROOM, type Said, type Which } from './feed-signals.js';

/** Longer than any task may take: by then the feeding thread has given up. */
const WAIT_MAX_MS = 600_000;
/** Minimum request, since the thread waits for each one. */
const ROOM_STEP_BYTES = 1024 * 1024;

/** The feeding thread stopped, and knows why. */
export class FeedStopped extends Error {}

/** Content and memory from the point of view of a worker thread. Each request blocks the thread until the answer. */
export class Fed<Result> implements ByteSource {
  readonly #input: FeedInput;
  #credit: number;
  #isAsked = false;
  /** How much of the current piece has been read. */
  #read = 0;

  constructor(input: FeedInput) {
    this.#input = input;
    this.#credit = input.credit;
  }

  /** @throws FeedStopped when the content cannot be read to its end. */
  read(target: Uint8Array): number {
    const { piece } = this.#input;
    if (!this.#isAsked) this.#askForPiece();
    const answer = this.#answer(PIECE);
    if (answer === AT_END) return 0;
    const size = Math.min(answer - this.#read, target.length);
    target.set(piece.subarray(this.#read, this.#read + size));
    this.#read += size;
    // Request the next piece while working on this one.
    if (this.#read === answer) this.#askForPiece();
    return size;
  }

  /**
   * Takes memory; a negative number returns it, for later requests.
   * @throws FeedStopped when there is no room.
   */
  takeRoom(bytes: number): void {
    if (bytes > this.#credit) {
      const wanted = Math.max(bytes - this.#credit, ROOM_STEP_BYTES);
      this.#ask(ROOM, { wants: wanted });
      this.#answer(ROOM);
      this.#credit += wanted;
    }
    this.#credit -= bytes;
  }

  tell(result: Result): void {
    this.#say({ result });
  }

  #askForPiece(): void {
    this.#isAsked = true;
    this.#read = 0;
    this.#ask(PIECE, { wants: 'piece' });
  }

  #ask(which: Which, said: Said<Result>): void {
    Atomics.store(this.#input.signals, which, NOT_YET);
    this.#say(said);
  }

  #say(said: Said<Result>): void {
    this.#input.port.postMessage(said);
  }

  #answer(which: Which): number {
    Atomics.wait(this.#input.signals, which, NOT_YET, WAIT_MAX_MS);
    const answer = Atomics.load(this.#input.signals, which);
    if (answer === NOT_YET || answer === FAILED) throw new FeedStopped();
    return answer;
  }
}
