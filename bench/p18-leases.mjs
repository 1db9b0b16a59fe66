// P18: machines that renew their nodes' leases, over HTTP on Postgres, beside a raw server that does the same two statements; and
// changes of rights beside them. Needs wrk and Postgres, of which it starts a temporary cluster.
import { execFileSync, fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { root } from '../scripts/prepare.mjs';
import { client } from './event-loop/agents.mjs';
import { quantile, timesBeside } from './fleet/changes.mjs';
import { start, startOf } from './fleet/machines.mjs';
import { median, rounded, spread } from './measure.mjs';
import { withPostgres } from './postgres.mjs';
import { agentId } from './seed-fleet.mjs';
import { seedNodes } from './seed-nodes.mjs';

export const title = 'leases of 100,000 nodes, over HTTP';

const NODES = 100_000;
const SPEAKING = 2000;
const ROUNDS = 5;
const SECONDS = 4;
/** Of each change of rights in a round. */
const CHANGES = 100;
const CHANGE_ROUNDS = 3;
const RENEW = 'mutation { renewNodeLease(input: {}) { leasedUntil userErrors { code } } }';
const GRANT =
  'mutation ($input: GrantRoleInput!) { grantRole(input: $input) { roleAssignment { id } userErrors { message } } }';
const BAN = 'mutation ($input: BanAgentInput!) { banAgent(input: $input) { agent { id } userErrors { message } } }';

export const run = () =>
  withPostgres(async (url) => {
    const folder = mkdtempSync(join(tmpdir(), 'bailiwick-bench-'));
    const ours = await start(root, url);
    const sql = postgres(url, { max: 1, onnotice: () => {} });
    const raw = await startOf(join(import.meta.dirname, 'fleet', 'raw-leases.mjs'), [url]);
    try {
      const seeded = await seedNodes(sql, { nodes: NODES, speaking: SPEAKING, people: 2 * CHANGES * CHANGE_ROUNDS });
      const script = join(folder, 'renew.lua');
      writeFileSync(script, luaOf(seeded.tokens));
      const servers = { raw, ours };
      for (const server of Object.values(servers)) await load(server, script, 3);
      const before = await countsOf(sql);
      const rounds = { raw: [], ours: [] };
      for (let round = 0; round < ROUNDS; round += 1)
        for (const [name, server] of Object.entries(servers)) rounds[name].push(await load(server, script, SECONDS));
      const after = await countsOf(sql);
      const rate = median(rounds.ours.map(({ perSecond }) => perSecond)) / 2;
      return report(rounds, before, after, await beside(ours, seeded, rate), rate);
    } finally {
      for (const server of [ours, raw]) server.stop();
      await sql.end();
      rmSync(folder, { recursive: true });
    }
  });

const luaOf = (tokens) => `wrk.method = "POST"
local body = ${JSON.stringify(JSON.stringify({ query: RENEW }))}
local tokens = { ${tokens.map((token) => JSON.stringify(token)).join(', ')} }
local at = 0
request = function()
  at = at % #tokens + 1
  return wrk.format("POST", "/graphql", { ["content-type"] = "application/json", ["authorization"] = "Bearer " .. tokens[at] }, body)
end
response = function(status, headers, body)
  if status ~= 200 or not string.find(body, '"userErrors":[]', 1, true) then wrong = (wrong or 0) + 1; print(body) end
end
done = function(summary)
  local e = summary.errors
  io.write(string.format('{"requests":%d,"duration":%d,"errors":%d}', summary.requests, summary.duration, e.status + e.connect + e.read + e.write + e.timeout))
end`;

async function load(server, script, seconds) {
  const before = (await server.ask('read')).cpu;
  const out = execFileSync('wrk', ['-t1', '-c4', `-d${seconds}s`, '-s', script, `http://127.0.0.1:${server.port}`], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  const { requests, duration, errors } = JSON.parse(out.slice(out.lastIndexOf('{')));
  if (errors > 0 || out.includes('"errors":[')) throw new Error(`answers were errors: ${out.slice(0, 500)}`);
  return {
    perSecond: requests / (duration / 1e6),
    cpuMs: (((await server.ask('read')).cpu - before) * 1000) / requests,
  };
}

async function countsOf(sql) {
  await sql`select pg_stat_clear_snapshot()`;
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const [found] =
    await sql`select (select count(*)::int from audit_entries) as entries, (select count(*)::int from events) as events,
    (select n_tup_upd::int from pg_stat_user_tables where relname = 'node_leases') as updates,
    (select n_tup_hot_upd::int from pg_stat_user_tables where relname = 'node_leases') as hot`;
  return found;
}

/** Changes of rights while machines renew leases, and without: each in turn. */
async function beside({ port }, { tokens, admin, project, users }, perSecond) {
  const address = `http://127.0.0.1:${port}`;
  const system = client(address, admin);
  let [granted, banned, renewed] = [0, 0, 0];
  const scope = { project: { id: project } };
  const changes = {
    grantRole: () => {
      granted += 1;
      return system.mutate(GRANT, { user: { id: users[granted - 1] }, role: { name: 'reader' }, scope });
    },
    // Agents that renew nothing here.
    banAgent: () => {
      banned += 1;
      return system.mutate(BAN, { agent: { id: agentId(SPEAKING + 2 + banned) } });
    },
  };
  const times = { with: { grantRole: [], banAgent: [] }, without: { grantRole: [], banAgent: [] } };
  const measure = async (name) => {
    for (const [change, some] of Object.entries(await timesBeside(changes, CHANGES))) times[name][change].push(...some);
  };
  let ms = 0;
  for (let round = 0; round < CHANGE_ROUNDS; round += 1) {
    await measure('without');
    const machines = await renewing(address, tokens, perSecond);
    const began = performance.now();
    await measure('with');
    renewed += await machines.stop();
    ms += performance.now() - began;
  }
  return { ...times, renewedPerSecond: (1000 * renewed) / ms };
}

/** Machines that renew at a rate, in a process of their own, until they are stopped. */
async function renewing(address, tokens, perSecond) {
  const child = fork(join(import.meta.dirname, 'fleet', 'renewals.mjs'), [address, String(perSecond), RENEW]);
  const said = () => new Promise((resolve) => child.once('message', resolve));
  const began = said();
  child.send(tokens);
  await began;
  const stop = async () => {
    const done = said();
    child.send('stop');
    const count = await done;
    child.disconnect();
    return count;
  };
  return { stop };
}

function report(rounds, before, after, times, rate) {
  const of = (name, key) => rounds[name].map((round) => round[key]);
  const rows = Object.entries(TITLES).map(
    ([name, title]) => `| ${title} | ${spread(of(name, 'perSecond'))} | ${spread(of(name, 'cpuMs'))} |`,
  );
  const ratio = (key) => rounded(median(of('ours', key)) / median(of('raw', key)));
  const [updates, hot] = [after.updates - before.updates, after.hot - before.hot];
  const changed = Object.keys(times.with).map((change) => {
    const [busy, alone] = [times.with[change], times.without[change]].map((all) =>
      [0.5, 0.99].map((share) => quantile(all, share)),
    );
    const shown = [busy, alone].map(([half, most]) => `${rounded(half)} / ${rounded(most)}`).join(' | ');
    return `| \`${change}\` | ${shown} | ${rounded(busy[1] / alone[1])} × |`;
  });
  return [
    '| Server | Renewals a second | ms of CPU of the server each |',
    '| --- | --- | --- |',
    ...rows,
    '',
    `Bailiwick renews ${ratio('perSecond')} × as many, with ${ratio('cpuMs')} × the CPU time. ${ROUNDS} rounds of ${SECONDS} s in turn, 4 connections, ${SPEAKING.toLocaleString('en')} agents in turn of`,
    `${NODES.toLocaleString('en')}, Postgres and client on the same machine. Both servers together wrote ${after.entries - before.entries} audit entries and ${after.events - before.events} events; of ${updates.toLocaleString('en')} updates`,
    `${rounded((100 * hot) / updates)} % touched no index (HOT).`,
    '',
    `| Change | beside ${rounded(times.renewedPerSecond)} renewals a second | without | p99 to it |`,
    '| --- | --- | --- | --- |',
    ...changed,
    '',
    `Milliseconds, median / 99th percentile of ${CHANGES * CHANGE_ROUNDS} changes one after another, ${CHANGE_ROUNDS} rounds in turn; meant to be half of the renewals that
the server can do, ${rounded(rate)} a second, made by a process of their own.`,
  ].join('\n');
}

const TITLES = {
  raw: '`node:http`, postgres.js: the same look-up of the token, and an update',
  ours: '**Bailiwick**',
};
