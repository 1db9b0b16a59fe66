/** After a failure: soon enough to catch up, rare enough not to fill the log. */
const RETRY_MS = 10_000;

export interface Repetition {
  /** Resolves when the work does not run any more, nor will again. */
  stop(): Promise<void>;
}

/** Does something now and then again, so long after it ended each time, and tells what it failed of. */
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
