// Drives servers in turn and compares them: requests per second as a client sees them, and the server's own CPU time.
import { execFileSync, fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SERVER = fileURLToPath(new URL('server.mjs', import.meta.url));

export const QUERY = `query Fleet($first: Int!) { agents(first: $first) { nodes {
  id name kind externalId createdAt state trustedUntil tpmKind acceptedCount rejectedCount allowlist { name } } } }`;

/** Starts a variant. `run` loads it for some seconds with wrk and answers requests a second and CPU a request. */
export async function startVariant(variant, url, token, first, server = SERVER) {
  const child = fork(server, [variant, url], {
    execArgv: process.env.PROF ? ['--cpu-prof', '--cpu-prof-dir=/tmp/prof'] : [],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  const { port } = await message(child);
  const address = `http://127.0.0.1:${port}/graphql`;
  const body = JSON.stringify({ query: QUERY, variables: { first } });
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const folder = mkdtempSync(join(tmpdir(), 'bailiwick-bench-'));
  const script = join(folder, 'post.lua');
  const lines = Object.entries(headers).map(([name, value]) => `wrk.headers["${name}"] = "${value}"`);
  writeFileSync(script, ['wrk.method = "POST"', `wrk.body = ${JSON.stringify(body)}`, ...lines, done].join('\n'));
  return {
    variant,
    answer: async () => (await fetch(address, { method: 'POST', headers, body })).json(),
    async run(seconds) {
      const before = await cpuOf(child);
      const out = execFileSync('wrk', ['-t1', '-c4', `-d${seconds}s`, '-s', script, address], { encoding: 'utf8' });
      const used = (await cpuOf(child)) - before;
      const { requests, duration, errors } = JSON.parse(out.slice(out.lastIndexOf('{')));
      if (errors > 0) throw new Error(`${variant}: ${errors} answers were errors`);
      return { perSecond: requests / (duration / 1e6), cpuMs: used / 1000 / requests };
    },
    stop() {
      child.disconnect();
      rmSync(folder, { recursive: true });
    },
  };
}

const done = `done = function(summary)
  local e = summary.errors
  io.write(string.format('{"requests":%d,"duration":%d,"errors":%d}',
    summary.requests, summary.duration, e.status + e.connect + e.read + e.write + e.timeout)) end`;

const message = (child) => new Promise((resolve) => child.once('message', resolve));

async function cpuOf(child) {
  const answer = message(child);
  child.send('cpu');
  return (await answer).cpu;
}
