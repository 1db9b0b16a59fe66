import { Readable } from 'node:stream';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { Lease } from '../../platform/byte-budget.js';
import {
  AT_END,
  FAILED,
  type FeedInput,
  GRANTED,
  PIECE,
  PIECE_BYTES,
  ROOM,
  type Said,
  type Which,
} from './feed-signals.js';

export interface FeedOptions {
  /** Opens the content at the thread's first request; null when the thread has it already. */
  readonly open: (() => Readable) | null;
  /** Bytes of memory that the thread may take without a request, and bytes that the feeding itself takes. */
  readonly credit: number;
  readonly overhead: number;
}

/**
 * Gives a thread content piece by piece on request, and memory for its work. A computing thread receives no events, so
 * it waits for a signal in shared memory: it always gets one, even when there is nothing to give.
 */
export class Feed<Result> {
  /** For the thread; the port is transferred. */
  readonly input: FeedInput;
  /** The thread's result, once its work is done. */
  readonly result: Promise<Result>;
  /** Why the thread got no more content or memory, if so. */
  failure: unknown;
  readonly #port: MessagePort;
  readonly #lease: Lease;
  readonly #open: () => Readable;
  #stream: Readable | undefined;
  #pieces: AsyncIterator<Uint8Array> | undefined;
  #rest: Uint8Array = new Uint8Array();
  #taken: number;

  constructor({ open, credit, overhead }: FeedOptions, lease: Lease) {
    this.#taken = credit + overhead;
    lease.take(this.#taken);
    this.#lease = lease;
    this.#open = open ?? (() => Readable.from([]));
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.result = new Promise((resolve) => {
      port1.on('message', (said: Said<Result>) => {
        if ('result' in said) resolve(said.result);
        else if (said.wants === 'piece') void this.#givePiece();
        else this.#giveRoom(said.wants);
      });
    });
    this.input = {
      port: port2,
      signals: new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT)),
      piece: new Uint8Array(new SharedArrayBuffer(open === null ? 0 : PIECE_BYTES)),
      credit,
    };
  }

  /** Ends the content's stream, and releases all memory except `kept` bytes. */
  end(kept: number): void {
    this.#port.close();
    this.#signal(PIECE, FAILED);
    this.#signal(ROOM, FAILED);
    this.#stream?.destroy();
    this.#lease.give(this.#taken - kept);
  }

  async #givePiece(): Promise<void> {
    try {
      this.#stream ??= this.#open();
      this.#pieces ??= this.#stream[Symbol.asyncIterator]();
      while (this.#rest.length === 0) {
        const { done, value } = await this.#pieces.next();
        if (done) return this.#signal(PIECE, AT_END);
        this.#rest = value;
      }
      const piece = this.#rest.subarray(0, PIECE_BYTES);
      this.input.piece.set(piece);
      this.#rest = this.#rest.subarray(piece.length);
      this.#signal(PIECE, piece.length);
    } catch (error) {
      this.#fail(PIECE, error);
    }
  }

  #giveRoom(bytes: number): void {
    try {
      this.#lease.take(bytes);
      this.#taken += bytes;
      this.#signal(ROOM, GRANTED);
    } catch (error) {
      this.#fail(ROOM, error);
    }
  }

  #fail(which: Which, error: unknown): void {
    this.failure = error;
    this.#signal(which, FAILED);
  }

  #signal(which: Which, answer: number): void {
    Atomics.store(this.input.signals, which, answer);
    Atomics.notify(this.input.signals, which);
  }
}
