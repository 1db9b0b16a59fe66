// The server of a built tree in a process of its own: `server.mjs TREE URL`. Sends its port; answers `read` with the CPU
// time and the memory that it has used, and `sweep` by removing the results that an agent keeps no longer.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [tree, url] = process.argv.slice(2);
const built = (path) => import(pathToFileURL(join(tree, 'dist', path)).href);
const { createApp } = await built('app.js');
const { readConfig } = await built('config/config.js');
const { openDatabase } = await built('db/open.js');
const { createLogger } = await built('platform/log.js');

const folder = mkdtempSync(join(tmpdir(), 'bailiwick-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true }));
process.on('disconnect', () => process.exit(0));
const database = await openDatabase({ url, dataDir: join(folder, 'data'), connectionsMax: 10 });
const { http, services } = await createApp({
  database,
  log: createLogger('silent'),
  settings: readConfig({ BAILIWICK_DATA_DIR: join(folder, 'data') }),
  adminPasswordPath: join(folder, 'password'),
});

/** Removes all results but the newest of each agent; returns how many. */
async function sweep() {
  const { resultSweep } = await built('attestation/results/index.js');
  const sweeping = { ...services, settings: { ...services.settings, resultsPerAgent: 1 } };
  const round = {};
  let removed = 0;
  for (let some = 1; some > 0 || round.after !== undefined; removed += some)
    some = await resultSweep.removeSome(sweeping, round);
  return removed;
}

const ANSWERS = {
  read: () => {
    const { user, system } = process.cpuUsage();
    return { cpu: (user + system) / 1e6, rss: process.memoryUsage().rss };
  },
  sweep,
};
process.on('message', async (word) => process.send(await ANSWERS[word]()));
await new Promise((resolve) => http.listen(0, '127.0.0.1', resolve));
process.send({ port: http.address().port });
