import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSealer } from '../../src/audit/sealer/index.js';
import { rowsOf } from '../../src/db/rows.js';
import { sealAll, verifyAll, writeEntries } from '../audit/chain.js';
import { startTestServer, type TestServer } from '../harness/server.js';
import { SHARE } from './walk.js';

const WRITERS = 8;
const ROUNDS = 5;
const ROUND_MS = Math.max(1000, 3000 * SHARE);
const BACKLOG = 10_000;
const MODES = ['no entries', 'entries', 'entries and a sealer'] as const;
const CREATE = 'mutation ($name: String!) { createAgent(input: { name: $name }) { agent { id } userErrors { code } } }';

let server: TestServer;
let token: string;
beforeAll(async () => {
  server = await startTestServer();
  const scope = await server.project(await server.defaultDomainId());
  token = (await server.token({ scope, role: 'member' })).token;
}, 60_000);
afterAll(() => server.close());

let made = 0;
/** Mutations a second by some writers at once. */
async function write(): Promise<number> {
  const [start, before] = [performance.now(), made];
  const writer = async () => {
    while (performance.now() < start + ROUND_MS) {
      const answer = await server.graphql(CREATE, { name: `agent-${++made}` }, token);
      expect(answer.body.data.createAgent.userErrors).toEqual([]);
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, writer));
  return ((made - before) * 1000) / (performance.now() - start);
}

/** How long an entry of this round waited for its seal at most. */
async function worstLag(since: Date): Promise<number> {
  const query = sql`select max(extract(epoch from h.signed_at - e.occurred_at) * 1000)::float8 as ms
    from audit_entries e join audit_seals s on s.entry_id = e.id
    join lateral (select signed_at from audit_heads where seq >= s.seq order by seq limit 1) h on true
    where e.occurred_at >= ${since.toISOString()}::timestamptz`;
  return (await rowsOf<{ ms: number | null }>(server.services.db, query))[0]?.ms ?? Number.NaN;
}

async function inMode(mode: (typeof MODES)[number]): Promise<number> {
  const { services } = server;
  const { recordAudit } = services;
  if (mode === 'no entries') Object.assign(services, { recordAudit: async () => [] });
  const sealer = mode === 'entries and a sealer' ? startSealer(services) : null;
  try {
    return await write();
  } finally {
    await sealer?.stop();
    Object.assign(services, { recordAudit });
    await sealAll(services);
  }
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
const say = (line: string) => process.stdout.write(`${line}\n`);

test('throughput with and without auditing, in one run', { timeout: 300_000 }, async () => {
  const rates = new Map<string, number[]>(MODES.map((mode) => [mode, []]));
  const lags: number[] = [];
  await write();
  await sealAll(server.services);
  for (let round = 0; round < ROUNDS; round++) {
    for (const mode of MODES) {
      const since = new Date();
      rates.get(mode)?.push(await inMode(mode));
      if (mode === 'entries and a sealer') lags.push(await worstLag(since));
    }
  }
  const without = median(rates.get('no entries') ?? []);
  say(`${process.env.TEST_ENGINE ?? 'embedded'}: ${WRITERS} writers, medians of ${ROUNDS} interleaved rounds`);
  for (const [mode, all] of rates)
    say(
      `  ${mode.padEnd(21)} ${median(all).toFixed(0)} mutations/s, ${(median(all) / without).toFixed(2)} of that without`,
    );
  say(
    `  longest wait          ${median(lags).toFixed(0)} ms (median of the rounds’ worst), ${Math.max(...lags).toFixed(0)} ms at worst`,
  );
  expect(median(rates.get('entries and a sealer') ?? []) / without).toBeGreaterThan(0.3);
  expect(median(lags)).toBeLessThan(3000);
});

test('how fast a backlog is sealed and verified', { timeout: 300_000 }, async () => {
  await writeEntries(server.services, BACKLOG);
  const start = performance.now();
  expect(await sealAll(server.services)).toBe(BACKLOG);
  const sealed = performance.now();
  const last = await verifyAll(server.services.db, server.services.settings.auditKeyPath);
  expect(last).toBeGreaterThanOrEqual(BACKLOG);
  const perSecond = (count: number, ms: number) => ((count * 1000) / ms).toFixed(0);
  say(`  sealed   ${perSecond(BACKLOG, sealed - start)} entries/s`);
  say(`  verified ${perSecond(last, performance.now() - sealed)} entries/s`);
});
