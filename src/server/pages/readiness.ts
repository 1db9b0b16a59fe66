import type { ServerResponse } from 'node:http';

/** Something that a server that takes requests needs, or that an operator should see beside it. */
export interface Probe {
  readonly name: string;
  /** Whether a server of which this is wrong takes no requests; otherwise it is told and no more. */
  readonly isNeeded: boolean;
  /** One line that says what is wrong, which anybody may read; null when nothing is. */
  look(): Promise<string | null>;
}

/** Longer than this is no answer: whoever asks has a patience of its own. */
const LOOK_TIMEOUT_MS = 2_000;

/** Answers within a bounded time, whatever hangs: 200 or 503, and a line for each thing that is wrong. */
export async function answerReadiness(probes: readonly Probe[], response: ServerResponse): Promise<void> {
  const found = await Promise.all(probes.map(async (probe) => ({ ...probe, wrong: await lookAt(probe) })));
  const wrong = found.filter((probe) => probe.wrong !== null);
  const isReady = !wrong.some((probe) => probe.isNeeded);
  const lines = [isReady ? 'ready' : 'not ready', ...wrong.map(({ name, wrong }) => `${name}: ${wrong}`)];
  response.writeHead(isReady ? 200 : 503, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' });
  response.end(`${lines.join('\n')}\n`);
}

/** What is wrong with one; what takes too long, or fails itself, is wrong as well. */
export async function lookAt(probe: Probe): Promise<string | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`no answer within ${LOOK_TIMEOUT_MS / 1000} s`), LOOK_TIMEOUT_MS);
  });
  try {
    return await Promise.race([probe.look().catch(() => 'the check failed'), late]);
  } finally {
    clearTimeout(timer);
  }
}
