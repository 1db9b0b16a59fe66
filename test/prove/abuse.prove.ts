import http from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DOMAINS } from '../../src/domains.js';
import { buildSchema } from '../../src/server/graphql/schema.js';
import { startTestServer, type TestServer } from '../harness/server.js';
import { type Case, Cases } from './abuse-cases.js';
import { type AbuseWorld, makeAbuseWorld } from './abuse-world.js';
import { Random, SEED } from './walk.js';

/** What one operation may take of a core, wherever it is not waiting in a queue of its own. */
const CPU_MS_MAX = 50;
const SHARE = Number(process.env.PROVE_SHARE ?? 1);
/**
 * The machine does other things, for seconds at a time: what takes too long is measured again, at once and after all
 * others, and the least counts.
 */
const RUNS = 2;
const RUNS_AGAIN = 12;
const ROUNDS_AGAIN = 4;
const ROUND_DISTANCE_MS = 5_000;

let server: TestServer;
let world: AbuseWorld;
beforeAll(async () => {
  server = await startTestServer();
  world = await makeAbuseWorld(server);
});
afterAll(() => server.close());

interface Answered {
  readonly status: number;
  readonly size: number;
  readonly beginning: string;
}

const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

/** Reads the answer without looking at it, so that nearly all of the CPU is the server's. */
function send(body: string, token: string): Promise<Answered> {
  const { port, hostname } = new URL(server.url);
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  return new Promise((resolve, reject) => {
    const request = http.request({ port, hostname, path: '/graphql', method: 'POST', agent, headers }, (response) => {
      let [size, beginning] = [0, ''];
      response.on('data', (chunk: Buffer) => {
        if (size === 0) beginning = chunk.toString('utf8', 0, 300);
        size += chunk.length;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, size, beginning }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

async function cpuMs(body: string, token: string, runs: number): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < runs; run += 1) {
    const before = process.cpuUsage();
    await send(body, token);
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}

/** The first caller who gets an answer without an error, and what that took. */
async function callerOf(body: string) {
  let first: { readonly token: string; readonly answered: Answered } | null = null;
  for (const token of Object.values(world.tokens)) {
    const asked = { token, answered: await send(body, token) };
    if (!asked.answered.beginning.startsWith('{"errors"')) return asked;
    first ??= asked;
  }
  return first as NonNullable<typeof first>;
}

interface Measured extends Case {
  readonly body: string;
  readonly token: string;
  readonly answered: Answered;
  ms: number;
}

const line = ({ name, cost, ms, answered: { status, size } }: Measured) =>
  `  ${ms.toFixed(1)} ms\tcost ${Math.round(cost)}\t${name}: ${status}, ${size} bytes\n`;

async function measureAgain(one: Measured): Promise<void> {
  if (one.ms > CPU_MS_MAX) one.ms = Math.min(one.ms, await cpuMs(one.body, one.token, RUNS_AGAIN));
}

/** A part of the cases, chosen by the seed. */
function chosen(cases: readonly Case[]): Case[] {
  const random = new Random(SEED);
  return cases.filter(() => random.chance(SHARE));
}

test(`ok: no operation takes more than ${CPU_MS_MAX} ms of CPU, however much it asks for`, async () => {
  const cases = chosen(new Cases(buildSchema(DOMAINS), world).all());
  const measured: Measured[] = [];
  for (const one of cases) {
    const body = JSON.stringify({ query: one.query, variables: one.variables ?? {} });
    const { token, answered } = await callerOf(body);
    measured.push({ ...one, body, token, answered, ms: await cpuMs(body, token, RUNS) });
    await measureAgain(measured.at(-1) as Measured);
  }
  for (let round = 0; round < ROUNDS_AGAIN && measured.some(({ ms }) => ms > CPU_MS_MAX); round += 1) {
    await setTimeout(ROUND_DISTANCE_MS);
    for (const one of measured) await measureAgain(one);
  }
  measured.sort((a, b) => b.ms - a.ms);
  process.stdout.write(
    `abuse: ${measured.length} cases, PROVE_SEED=${SEED}; the dearest:\n${measured
      .slice(0, Number(process.env.ABUSE_WORST ?? 10))
      .map(line)
      .join('')}`,
  );
  expect(measured.length).toBeGreaterThan(0);
  expect(measured.filter(({ ms }) => ms > CPU_MS_MAX).map(line)).toEqual([]);
});
