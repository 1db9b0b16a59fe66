import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Leave } from './request-end.js';

/** How long a transfer may take. */
export interface Pace {
  /** For any size; 0 sets no bound. */
  readonly patienceMs: number;
  /** Each such number of transferred bytes adds a second. */
  readonly bytesPerSecond: number;
}

/** Calls `cut` once a transfer takes longer than the pace allows for its bytes so far. Returns what stops this. */
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
 * Cuts the connection of a client that reads its answer too slowly. Only time in which data waits for the client
 * counts: not the server's own work, nor an earlier answer on the connection.
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
