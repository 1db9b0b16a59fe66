import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Leave } from './request-end.js';

/** How long a transfer may take. */
export interface Pace {
  /** Whatever its size; 0 sets no bound. */
  readonly patienceMs: number;
  /** For each so many bytes that came through, a second more. */
  readonly bytesPerSecond: number;
}

/** Calls `cut` once a transfer has taken longer than the pace allows for the bytes that came through by then. */
export function pacing(pace: Pace, bytes: () => number, cut: () => void): () => void {
  if (pace.patienceMs === 0) return () => {};
  const began = performance.now();
  const check = () => {
    const allowedMs = pace.patienceMs + (bytes() / pace.bytesPerSecond) * 1000;
    const leftMs = began + allowedMs - performance.now();
    if (leftMs <= 0) cut();
    else timer = setTimeout(check, Math.min(leftMs + 1, pace.patienceMs));
  };
  let timer = setTimeout(check, pace.patienceMs);
  return () => clearTimeout(timer);
}

/**
 * Cuts the connection of a client that reads its answer too slowly. Only time in which something of it waits for the
 * client counts: not what the server takes to find the answer, nor what an earlier answer on the connection takes.
 */
export function paceAnswer(
  socket: Socket,
  response: ServerResponse,
  pace: Pace,
  leave: Leave,
  noteCut: () => void,
): void {
  if (pace.patienceMs === 0) return;
  let stop = () => {};
  const watch = () => {
    const before = socket.bytesWritten;
    const sent = () => socket.bytesWritten - before;
    const isWaitedFor = () => response.socket !== null && socket.writableLength > 0;
    stop = pacing(pace, sent, () => {
      if (!isWaitedFor()) return watch();
      noteCut();
      socket.destroy();
    });
  };
  watch();
  leave(() => stop());
}
