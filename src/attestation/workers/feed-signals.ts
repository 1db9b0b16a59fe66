// The protocol between a worker thread and the thread that feeds it.
import type { MessagePort } from 'node:worker_threads';

/** Bytes in one piece. */
export const PIECE_BYTES = 256 * 1024;

/** The index in `signals` of the answer to each request. */
export const PIECE = 0;
export const ROOM = 1;
export type Which = typeof PIECE | typeof ROOM;

/** Answers: the size of a piece, or one of these. */
export const NOT_YET = 0;
export const GRANTED = 1;
export const AT_END = -1;
export const FAILED = -2;

/** The worker's side. It sends requests through the port, and waits for the answer's signal. */
export interface FeedInput {
  readonly port: MessagePort;
  readonly signals: Int32Array<SharedArrayBuffer>;
  /** The buffer for the next piece; empty when no content is fed. */
  readonly piece: Uint8Array<SharedArrayBuffer>;
  /** Bytes of memory that may be taken before the first request. */
  readonly credit: number;
}

/** A worker's message: a request for the next piece, a request for so many bytes of memory, or its result. */
export type Said<Result> = { readonly wants: 'piece' | number } | { readonly result: Result };
