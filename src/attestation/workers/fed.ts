import type { ByteSource } from '../runtime-policy/index.js';
import { AT_END, FAILED, type FeedInput, NOT_YET, PIECE, ROOM, type Said, type Which } from './feed-signals.js';

/** Longer than any task may take: whoever feeds it is gone by then. */
const WAIT_MAX_MS = 600_000;
/** What is asked for at least, since each time the thread waits. */
const ROOM_STEP_BYTES = 1024 * 1024;

/** Whoever feeds the thread gives no more, and knows why. */
export class FeedStopped extends Error {}

/** Content and memory as a thread gets them. Each question blocks the thread until its answer is there. */
export class Fed<Result> implements ByteSource {
  readonly #input: FeedInput;
  #credit: number;
  #isAsked = false;
  /** What was read of the piece that is there. */
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
    // The next piece comes while this one is worked on.
    if (this.#read === answer) this.#askForPiece();
    return size;
  }

  /**
   * Takes memory; below 0 it is given back, for what is taken later.
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
