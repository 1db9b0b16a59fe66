// The server in a process of its own; or, without an address, a process that does nothing, which shows how the
// machine's other work delays any process. Sends its port, and on request how long its event loop was delayed.
import { mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHistogram, monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 1;
const [url] = process.argv.slice(2);
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
const turns = createHistogram();

process.on('message', () => {
  // The histogram includes the interval of its timer.
  const ms = (ns) => Math.max(0, ns / 1e6 - RESOLUTION_MS);
  process.send({
    wait: { max: ms(delay.max), p99: ms(delay.percentile(99)) },
    work: { max: turns.max / 1e6, p99: turns.percentile(99) / 1e6 },
  });
  delay.reset();
  turns.reset();
});
process.on('disconnect', () => process.exit(0));
const port = url === undefined ? 0 : await serve();
delay.enable();
watchTurns();
process.send({ port });

/**
 * CPU time of this thread from one turn of the loop to the next. On a shared machine, wall-clock time mostly measures
 * the wait for a processor.
 */
function watchTurns() {
  const file = openSync(`/proc/${process.pid}/task/${process.pid}/schedstat`, 'r');
  const buffer = Buffer.alloc(64);
  const usedNs = () => Number(buffer.latin1Slice(0, readSync(file, buffer, 0, 64, 0)).split(' ')[0]);
  let before = usedNs();
  setInterval(() => {
    const now = usedNs();
    turns.record(Math.max(1, Math.round(now - before)));
    before = now;
  }, 1);
}

async function serve() {
  const { createApp } = await import('../../dist/app.js');
  const { readConfig } = await import('../../dist/config/config.js');
  const { openDatabase } = await import('../../dist/db/open.js');
  const { systemClock } = await import('../../dist/platform/clock.js');
  const { createLogger } = await import('../../dist/platform/log.js');
  const folder = mkdtempSync(join(tmpdir(), 'bailiwick-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true }));
  const database = await openDatabase({ url, dataDir: folder, connectionsMax: 10 });
  const { http } = await createApp({
    database,
    clock: systemClock,
    log: createLogger('silent'),
    settings: readConfig({}),
    adminPasswordPath: join(folder, 'password'),
  });
  await new Promise((resolve) => http.listen(0, '127.0.0.1', resolve));
  return http.address().port;
}
