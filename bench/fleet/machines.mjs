// A server of a built tree with a fleet, some machines of which attest over HTTP.
import { fork } from 'node:child_process';
import { join } from 'node:path';
import postgres from 'postgres';
import { client, createList, enrolled } from '../event-loop/agents.mjs';
import { listOf, Machine, pathsOf } from '../evidence.mjs';
import { seedFleet } from '../seed-fleet.mjs';

export const PATHS = 100_000;
export const NEW_ENTRIES = 20;
export const AT_ONCE = 8;
export const PROJECTS = 11;
const MACHINES = 40;
const SERVER = join(import.meta.dirname, 'server.mjs');

/** A server on a database of its own, with a fleet and some machines of it that attest. */
export async function fleetOf(url, tree, name, agents) {
  const at = new URL(url);
  at.pathname = `/${name}`;
  const root = postgres(url, { max: 1, onnotice: () => {} });
  await root.unsafe(`create database ${name}`);
  await root.end();
  const server = await start(tree, at.href);
  const sql = postgres(at.href, { max: 1, onnotice: () => {} });
  const seeded = await seedFleet(sql, { agents, projects: PROJECTS, rare: 10_000, role: 'admin' });
  const address = `http://127.0.0.1:${server.port}`;
  const admin = client(address, seeded.readers[0]);
  const paths = pathsOf(PATHS);
  const list = await createList(admin, listOf(paths));
  const machines = [];
  for (let n = 0; n < MACHINES; n += 1) {
    const machine = new Machine({ seed: n + 1 }).boot();
    const { attest } = await enrolled(address, admin, machine, { name: `attesting-${n}`, list });
    machines.push({ attest: () => attest(evidenceOf(machine, paths)) });
  }
  for (const machine of machines) await machine.attest();
  await sql`vacuum analyze`;
  const stop = async () => {
    server.stop();
    await sql.end();
  };
  return { server, sql, address, seeded, machines, rounds: [], stop };
}

/** What the machine measured since; another file for each entry, again from the first when all were measured. */
function evidenceOf(machine, paths) {
  return ({ imaOffset }) => {
    const from = machine.measured ?? 0;
    machine.measured = from + NEW_ENTRIES;
    const files = Array.from({ length: NEW_ENTRIES }, (_, n) => paths[(from + n) % paths.length]);
    machine.measure(...files);
    const first = machine.first ?? 0;
    const imaLog = machine.log(imaOffset - first);
    // What the server has judged is not sent again: a long run keeps only the newest entries.
    machine.measurements.splice(0, imaOffset - first);
    machine.first = imaOffset;
    return { imaLog, imaOffset };
  };
}

/** Some machines at a time attest, each as soon as the last was answered; returns how many cycles there were. */
export async function cycles(machines, { seconds = Number.POSITIVE_INFINITY, most = Number.POSITIVE_INFINITY }) {
  const end = performance.now() + seconds * 1000;
  const waiting = [...machines];
  let begun = 0;
  const worker = async () => {
    while (performance.now() < end && begun < most) {
      begun += 1;
      const machine = waiting.shift();
      await machine.attest();
      waiting.push(machine);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return begun;
}

/** The server of a built tree, on a database. */
export const start = (tree, url) => startOf(SERVER, [tree, url]);

/** A module in a process of its own, which sends its port and answers words. */
export async function startOf(module, parameters) {
  const child = fork(module, parameters, { env: { ...process.env, NODE_ENV: 'production' } });
  const answer = () =>
    new Promise((resolve, reject) => {
      const ended = (code) => reject(new Error(`the server ended with ${code}`));
      child.once('message', (said) => {
        child.off('exit', ended);
        resolve(said);
      });
      child.once('exit', ended);
    });
  const { port } = await answer();
  const ask = (word) => {
    const answered = answer();
    child.send(word);
    return answered;
  };
  return { port, ask, stop: () => child.disconnect() };
}
