import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import postgres from 'postgres';
import { client, createList, enrolled } from './event-loop/agents.mjs';
import { inAnyOrder, listOf, Machine, machineWith, pathsOf } from './evidence.mjs';
import { rounded } from './measure.mjs';
import { withPostgres } from './postgres.mjs';
import { seedFleet } from './seed-fleet.mjs';

export const title = 'the event loop while evidence is judged';

const SERVER = fileURLToPath(new URL('event-loop/server.mjs', import.meta.url));
const ENTRIES = 100_000;
const SECONDS = 15;
const ROUNDS = 5;
const INCREMENT_AGENTS = 40;
const FULL_LOG_AGENTS = 3;
const LIMIT_MS = 20;

export const run = () =>
  withPostgres(async (url) => {
    const server = await start(url);
    const idle = await start();
    try {
      const fleet = await enrollFleet(url, `http://127.0.0.1:${server.port}`);
      const rows = [];
      for (const [name, agents] of Object.entries({
        'increments of 100 entries, inline': fleet.increments,
        'full logs of 100,000 entries, by upload': fleet.fullLogs,
        'both at once': [...fleet.increments, ...fleet.fullLogs],
      }))
        for (let round = 1; round <= ROUNDS; round += 1) rows.push(await load(name, agents, server, idle));
      return report(rows);
    } finally {
      server.stop();
      idle.stop();
    }
  });

async function start(...args) {
  const child = fork(SERVER, args, { env: { ...process.env, NODE_ENV: 'production' } });
  const message = () => new Promise((resolve) => child.once('message', resolve));
  const { port } = await message();
  const read = () => {
    const answer = message();
    child.send('read');
    return answer;
  };
  return { port, read, stop: () => child.disconnect() };
}

/** Returns a function for each agent that attests once and returns how many entries were judged. */
async function enrollFleet(url, address) {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  const { readers } = await seedFleet(sql, { agents: 0, projects: 1, rare: 1, role: 'admin' });
  await sql.end();
  const admin = client(address, readers[0]);
  const paths = pathsOf(ENTRIES);
  const list = await createList(admin, listOf(paths));
  const increments = [];
  for (let n = 0; n < INCREMENT_AGENTS; n += 1) {
    const machine = new Machine({ seed: n + 1 }).boot();
    const { attest } = await enrolled(address, admin, machine, { name: `increment-${n}`, list });
    increments.push(() => {
      const from = machine.measurements.length;
      machine.measure(...paths.slice(from, from + 100));
      return attest(({ imaOffset }) => ({ imaLog: machine.log(imaOffset), imaOffset }));
    });
  }
  const fullLogs = [];
  for (let n = 0; n < FULL_LOG_AGENTS; n += 1) {
    const { machine, log } = machineWith(inAnyOrder(paths.slice(n + 1)), { seed: 1000 + n });
    const content = Buffer.from(log);
    const { attest } = await enrolled(address, admin, machine, { name: `full-${n}`, list });
    let imaLogUploadId;
    fullLogs.push(() =>
      attest(async (_, agent) => {
        // Uploaded once: a caller's uploads in an hour are limited, and the bytes are the same.
        imaLogUploadId ??= await agent.upload(content);
        return { imaLogUploadId, imaOffset: 0 };
      }),
    );
  }
  return { increments, fullLogs };
}

/** All agents attest again and again for some seconds. */
async function load(name, agents, server, idle) {
  await Promise.all([server.read(), idle.read()]);
  const end = performance.now() + SECONDS * 1000;
  const counts = await Promise.all(
    agents.map(async (attest) => {
      const mine = { evidence: 0, entries: 0 };
      while (performance.now() < end) {
        mine.entries += await attest();
        mine.evidence += 1;
      }
      return mine;
    }),
  );
  const sum = (key) => counts.reduce((all, one) => all + one[key], 0);
  const [after, reference] = [await server.read(), await idle.read()];
  return { name, after, reference, evidence: sum('evidence'), entries: sum('entries') };
}

function report(rows) {
  const ms = ({ p99, max }) => `${rounded(p99)} / ${rounded(max)}`;
  const over = rows.filter(({ after }) => after.work.max > LIMIT_MS).length;
  return [
    '| Load | Evidence | Entries | Work in one turn | Delay | Delay of a process that does nothing |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows.map(({ name, after, reference, evidence, entries }) =>
      [
        `| ${name}`,
        evidence,
        entries.toLocaleString('en'),
        ms(after.work),
        ms(after.wait),
        `${ms(reference.wait)} |`,
      ].join(' | '),
    ),
    '',
    `Milliseconds, 99th percentile / longest, ${SECONDS} s a row, on Postgres with all on one machine. Work is the CPU time of`,
    `the server’s main thread in one turn of its event loop, more than ${LIMIT_MS} ms in ${over} of ${rows.length} rows; delay is by the`,
    'clock, and how much of it is waiting for a processor shows the process that does nothing beside it.',
    'The embedded database runs on the event loop itself, so that no such figure holds there.',
  ].join('\n');
}
