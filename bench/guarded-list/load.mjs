// Loads servers in turn and compares them: requests per second as a client sees them, and the server's own CPU time.
import { execFileSync, fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Starts a server in a process of its own. `run` loads it for some seconds with wrk and returns requests per second and
 * milliseconds of the server's CPU time per request.
 *
 * @param variant `name`, `server` (a module), `url` of the database, `body` and `headers` of the request, and
 *   `execPath`, the Node to run it with.
 */
export async function startVariant({ name, server, url, body, headers = {}, execPath = process.execPath }) {
  const env = { ...process.env, NODE_ENV: 'production', GRAPHILE_ENV: 'production' };
  const child = fork(server, [name, url], { env, execPath, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  child.once('exit', (code) => code && console.error(`${name} ended with ${code}`));
  const { port } = await message(child);
  const address = `http://127.0.0.1:${port}/graphql`;
  const sent = { 'content-type': 'application/json', ...headers };
  const folder = mkdtempSync(join(tmpdir(), 'bailiwick-bench-'));
  const script = join(folder, 'post.lua');
  const lines = Object.entries(sent).map(([key, value]) => `wrk.headers["${key}"] = "${value}"`);
  const text = JSON.stringify(body);
  writeFileSync(script, ['wrk.method = "POST"', `wrk.body = ${JSON.stringify(text)}`, ...lines, DONE].join('\n'));
  return {
    name,
    answer: async () => (await fetch(address, { method: 'POST', headers: sent, body: text })).json(),
    async run(seconds) {
      const before = await cpuOf(child);
      const out = execFileSync('wrk', ['-t1', '-c4', `-d${seconds}s`, '-s', script, address], { encoding: 'utf8' });
      const used = (await cpuOf(child)) - before;
      const { requests, duration, errors } = JSON.parse(out.slice(out.lastIndexOf('{')));
      if (errors > 0) throw new Error(`${name}: ${errors} answers were errors`);
      return { perSecond: requests / (duration / 1e6), cpuMs: used / 1000 / requests };
    },
    stop() {
      child.disconnect();
      rmSync(folder, { recursive: true });
    },
  };
}

const DONE = `done = function(summary)
  local e = summary.errors
  io.write(string.format('{"requests":%d,"duration":%d,"errors":%d}',
    summary.requests, summary.duration, e.status + e.connect + e.read + e.write + e.timeout)) end`;

const message = (child) => new Promise((resolve) => child.once('message', resolve));

async function cpuOf(child) {
  const answer = message(child);
  child.send('cpu');
  return (await answer).cpu;
}
