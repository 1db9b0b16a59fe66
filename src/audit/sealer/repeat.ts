/** The longest pause after a failure: short enough to catch up, long enough not to fill the log. */
const RETRY_MS = 10_000;

export interface Repetition {
  /** Resolves when the work has stopped for good. */
  stop(): Promise<void>;
}

/** Runs work now and again and again, with a pause after each end, and reports each failure. */
export function repeat(work: () => Promise<unknown>, pauseMs: number, failed: (error: unknown) => void): Repetition {
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  let running: Promise<void>;
  const round = async () => {
    const pause = await work().then(
      () => pauseMs,
      (error: unknown) => {
        failed(error);
        return Math.min(pauseMs * 10, RETRY_MS);
      },
    );
    if (isStopped) return;
    timer = setTimeout(() => {
      running = round();
    }, pause);
  };
  running = round();
  const stop = async () => {
    isStopped = true;
    clearTimeout(timer);
    await running;
  };
  return { stop };
}
