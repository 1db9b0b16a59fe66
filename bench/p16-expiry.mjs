import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { createApp } from '../dist/app.js';
import { trustExpiry } from '../dist/attestation/records/index.js';
import { readConfig } from '../dist/config/config.js';
import { openDatabase } from '../dist/db/open.js';
import { systemClock } from '../dist/platform/clock.js';
import { createLogger } from '../dist/platform/log.js';
import { cpuSeconds, median, rounded, spread } from './measure.mjs';
import { withPostgres } from './postgres.mjs';
import { seedFleet } from './seed-fleet.mjs';

export const title = 'the trust of 100,000 agents runs out at once';

const AGENTS = 100_000;
const ROUNDS = 5;

/** The state, the transition, the audit entry and the event of each agent; nothing between them and the tables. */
const SAME_ROWS = `with expired as (
    update agents set trust_state = 'STALE', updated_at = now()
    where trust_state = 'TRUSTED' and trusted_until <= now() returning id, domain_id, project_id, trusted_until
  ), transitions as (
    insert into trust_transitions (id, agent_id, domain_id, project_id, from_state, to_state, cause, occurred_at)
    select 'trt_' || gen_random_uuid(), id, domain_id, project_id, 'TRUSTED', 'STALE', 'EXPIRE', trusted_until from expired
  ), entries as (
    insert into audit_entries (id, occurred_at, action, outcome, target_type, target_id, domain_id, project_id, request_id, details)
    select 'aud_' || substr(ms, 1, 8) || '-' || substr(ms, 9) || substr(gen_random_uuid()::text, 14), now(), 'agent.expired',
      'ALLOWED', 'Agent', id, domain_id, project_id, 'bench', '{"from":"TRUSTED","to":"STALE"}'
    from expired, lpad(to_hex((extract(epoch from now()) * 1000)::bigint), 12, '0') ms
  )
  insert into event_outbox (id, type, object_id, details, occurred_at)
  select 'evt_' || gen_random_uuid(), 'agent.trust_changed', id, '{"from":"TRUSTED","to":"STALE"}', now() from expired`;

export const run = () =>
  withPostgres(async (url) => {
    const folder = mkdtempSync(join(tmpdir(), 'bailiwick-bench-'));
    const database = await openDatabase({ url, dataDir: folder, connectionsMax: 1 });
    const app = await createApp({
      database,
      clock: systemClock,
      log: createLogger('silent'),
      settings: readConfig({}),
      adminPasswordPath: join(folder, 'password'),
    });
    const sql = postgres(url, { max: 1, onnotice: () => {} });
    try {
      return await compare(app.services, sql);
    } finally {
      await sql.end();
      await app.close();
      await database.close();
      rmSync(folder, { recursive: true });
    }
  });

async function compare(services, sql) {
  await seedFleet(sql, { agents: AGENTS, projects: 11, rare: 10_000 });
  const contenders = {
    'stored, told and audited': async () => {
      let stored = 0;
      for (let some = 1; some > 0; stored += some) some = await trustExpiry.doSome(services);
      return stored;
    },
    'one UPDATE': async () =>
      (await sql`update agents set trust_state = 'STALE' where trust_state = 'TRUSTED' and trusted_until <= now()`)
        .count,
    'one statement that writes the same rows': async () => (await sql.unsafe(SAME_ROWS)).count,
  };
  const times = new Map(Object.keys(contenders).map((name) => [name, { wall: [], cpu: [] }]));
  for (let round = 0; round <= ROUNDS; round += 1)
    for (const [name, expire] of Object.entries(contenders)) {
      await sql`update agents set trust_state = 'TRUSTED', trusted_until = now() - interval '1 second'`;
      await sql`truncate events, event_outbox, trust_transitions, audit_entries`;
      await sql`vacuum analyze agents`;
      const [start, cpu] = [performance.now(), cpuSeconds()];
      const stored = await expire();
      if (stored !== AGENTS) throw new Error(`${stored} agents of ${AGENTS}`);
      // The first round warms up.
      if (round === 0) continue;
      times.get(name).wall.push((performance.now() - start) / AGENTS);
      times.get(name).cpu.push((cpuSeconds() - cpu) / AGENTS);
    }
  const [[, own], [, bare], [, same]] = times;
  const rows = [...times].map(
    ([name, { wall, cpu }]) =>
      `| ${name} | ${spread(wall.map((ms) => ms * 1000))} | ${spread(cpu.map((s) => s * 1e6))} |`,
  );
  return [
    '| Work | µs an agent | µs of CPU of the server |',
    '| --- | --- | --- |',
    ...rows,
    '',
    `${rounded(median(own.wall) / median(bare.wall))} × the time of one UPDATE, which writes no audit entry, no transition and no event;`,
    `${rounded(median(own.wall) / median(same.wall))} × that of the one statement that writes them too, which itself takes`,
    `${rounded(median(same.wall) / median(bare.wall))} × that of the UPDATE.`,
  ].join('\n');
}
