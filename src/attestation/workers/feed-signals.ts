// What a thread and the one that feeds it agree on.
import type { MessagePort } from 'node:worker_threads';

/** Bytes that are handed over at a time. */
export const PIECE_BYTES = 256 * 1024;

/** Where in `signals` the answer to each question is. */
export const PIECE = 0;
export const ROOM = 1;
export type Which = typeof PIECE | typeof ROOM;

/** Answers: the size of a piece, and these. */
export const NOT_YET = 0;
export const GRANTED = 1;
export const AT_END = -1;
export const FAILED = -2;

/** The thread's side. What it asks for goes through the port, and it waits for the answer's signal. */
export interface FeedInput {
  readonly port: MessagePort;
  readonly signals: Int32Array<SharedArrayBuffer>;
  /** Where the next piece is put; empty where no content is fed. */
  readonly piece: Uint8Array<SharedArrayBuffer>;
  /** Bytes of memory that may be taken before any are asked for. */
  readonly credit: number;
}

/** What a thread says: it wants the next piece, it wants so many bytes of memory, or this is what became of its work. */
export type Said<Result> = { readonly wants: 'piece' | number } | { readonly result: Result };
