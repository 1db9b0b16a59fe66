// P2: a page of 100 agents with 10 fields each and their allowlists' names, every field guarded, over HTTP. Needs wrk
// and Postgres, of which it starts a temporary cluster; it skips PostGraphile when Node 22 is not available.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../dist/app.js';
import { readConfig } from '../dist/config/config.js';
import { openPostgres } from '../dist/db/postgres.js';
import { systemClock } from '../dist/platform/clock.js';
import { createLogger } from '../dist/platform/log.js';
import { installIn } from '../scripts/prepare.mjs';
import { startVariant } from './guarded-list/load.mjs';
import { seed } from './guarded-list/seed.mjs';
import { median } from './measure.mjs';
import { withPostgres } from './postgres.mjs';

export const title = 'guarded list: 100 agents × 10 fields and their allowlists’ names, over HTTP';

const FIRST = 100;
const ROUNDS = 7;
const SECONDS = 3;
const folder = join(import.meta.dirname, 'guarded-list');
const OURS = `query Fleet($first: Int!) { agents(first: $first) { nodes {
  id name kind externalId createdAt state trustedUntil tpmKind acceptedCount rejectedCount allowlist { name } } } }`;
const THEIRS = `query Fleet($first: Int!, $project: String!) {
  allAgents(first: $first, condition: { projectId: $project }, orderBy: [ROW_ID_ASC]) { nodes {
    rowId name kind externalId createdAt trustState trustedUntil attestationRecordByAgentId {
      tpmKind acceptedCount rejectedCount allowlistByAllowlistId { name } } } } }`;

export const run = () =>
  withPostgres(async (url) => {
    const { token, project } = await seeded(url);
    const started = [];
    try {
      for (const variant of variants(url, token, project)) started.push(await startVariant(variant));
      await requireSameAnswers(started);
      return table(await measured(started));
    } finally {
      for (const one of started) one.stop();
    }
  });

/** The first start creates the tables, the roles and the default domain; the rows follow. */
async function seeded(url) {
  const files = mkdtempSync(join(tmpdir(), 'bailiwick-bench-'));
  const database = await openPostgres({ url, connectionsMax: 2 });
  const app = await createApp({
    database,
    clock: systemClock,
    log: createLogger('silent'),
    settings: { ...readConfig({}), auditKeyPath: join(files, 'key.pem') },
    adminPasswordPath: join(files, 'password'),
  });
  await app.close();
  await database.close();
  rmSync(files, { recursive: true });
  return seed(url, 1000);
}

function variants(url, token, project) {
  const headers = { authorization: `Bearer ${token}` };
  const body = { query: OURS, variables: { first: FIRST } };
  const server = join(folder, 'server.mjs');
  const ours = ['raw', 'unguarded', 'stock', 'bailiwick'].map((name) => ({ name, server, url, body, headers }));
  const execPath = node22();
  if (!execPath) return ours;
  const theirs = join(folder, 'postgraphile');
  installIn(theirs);
  const theirBody = { query: THEIRS, variables: { first: FIRST, project } };
  return [...ours, { name: 'postgraphile', server: join(theirs, 'server.mjs'), url, body: theirBody, execPath }];
}

function node22() {
  if (process.versions.node.startsWith('22.')) return process.execPath;
  try {
    const args = ['-y', '-p', 'node@22', 'node', '-p', 'process.execPath'];
    return execFileSync('npx', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return null;
  }
}

/** Only servers that do the same work are compared. */
async function requireSameAnswers(started) {
  const answers = await Promise.all(started.map(async (one) => rowsOf(await one.answer())));
  for (const [index, rows] of answers.entries()) {
    if (rows.length !== FIRST || JSON.stringify(rows) !== JSON.stringify(answers[0]))
      throw new Error(`${started[index].name} answers something else`);
  }
}

/** The rows of a response, in one format. */
function rowsOf({ data }) {
  const { nodes } = data.agents ?? data.allAgents;
  return nodes.map((node) => {
    const record = node.attestationRecordByAgentId ?? node;
    const at = (time) => new Date(time).getTime();
    return [
      node.id ?? node.rowId,
      node.name,
      node.kind,
      node.externalId,
      at(node.createdAt),
      at(node.trustedUntil),
    ].concat(
      [node.state ?? node.trustState, record.tpmKind, record.acceptedCount, record.rejectedCount],
      [(node.allowlist ?? record.allowlistByAllowlistId).name],
    );
  });
}

async function measured(started) {
  for (const one of started) await one.run(2);
  const results = new Map(started.map(({ name }) => [name, []]));
  for (let round = 0; round < ROUNDS; round += 1)
    for (const one of started) results.get(one.name).push(await one.run(SECONDS));
  return new Map(
    [...results].map(([name, rounds]) => [
      name,
      { perSecond: median(rounds.map((one) => one.perSecond)), cpuMs: median(rounds.map((one) => one.cpuMs)) },
    ]),
  );
}

const TITLES = {
  raw: '`node:http`, postgres.js, `JSON.stringify`; the same look-up of the token',
  unguarded: 'Bailiwick with every guard off',
  stock: 'Bailiwick without plain runs (`BAILIWICK_PLAIN_RUNS=false`)',
  bailiwick: '**Bailiwick**',
  postgraphile: 'PostGraphile 5.1.5 on Node 22, without any authentication',
};

function table(results) {
  const { perSecond, cpuMs } = results.get('bailiwick');
  const rows = [...results].map(
    ([name, one]) =>
      `| ${TITLES[name]} | ${one.perSecond.toFixed(0)}/s | ${(perSecond / one.perSecond).toFixed(2)} | ${one.cpuMs.toFixed(2)} ms | ${(cpuMs / one.cpuMs).toFixed(2)} |`,
  );
  const guards = 100 * (cpuMs / results.get('unguarded').cpuMs - 1);
  const plain = 100 * (1 - cpuMs / results.get('stock').cpuMs);
  return [
    '| Server | Requests | Bailiwick ÷ it | Server’s CPU a request | Bailiwick ÷ it |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
    `Guards cost ${guards.toFixed(1)} % of CPU time, plain runs save ${plain.toFixed(1)} %. ${ROUNDS} rounds of ${SECONDS} s in turn, 4 connections, Postgres and client on the same machine.`,
  ].join('\n');
}
