import type { ServerResponse } from 'node:http';

/** A check of what a server needs to take requests, or of what an operator should see. */
export interface Probe {
  readonly name: string;
  /** Whether a server takes no requests while this fails; otherwise the failure is only shown. */
  readonly isNeeded: boolean;
  /** One line that says what is wrong, for anybody to read; null when nothing is. */
  look(): Promise<string | null>;
}

/** A check that takes longer counts as failed: clients have a timeout of their own. */
const LOOK_TIMEOUT_MS = 2_000;

/** Answers within a bounded time, even when a check hangs: 200 or 503, and one line for each failed check. */
export async function answerReadiness(probes: readonly Probe[], response: ServerResponse): Promise<void> {
  const found = await Promise.all(probes.map(async (probe) => ({ ...probe, wrong: await lookAt(probe) })));
  const wrong = found.filter((probe) => probe.wrong !== null);
  const isReady = !wrong.some((probe) => probe.isNeeded);
  const lines = [isReady ? 'ready' : 'not ready', ...wrong.map(({ name, wrong }) => `${name}: ${wrong}`)];
  response.writeHead(isReady ? 200 : 503, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' });
  response.end(`${lines.join('\n')}\n`);
}

/** What is wrong; a check that takes too long or throws counts as failed too. */
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
