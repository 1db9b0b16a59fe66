// P15: machines that attest, over HTTP on Postgres: today's server, and the one of an earlier commit, in turn. Needs Postgres, of
// which it starts a temporary cluster, and the history of this repository for the earlier commit.
import { existsSync, readFileSync } from 'node:fs';
import { root } from '../scripts/prepare.mjs';
import { AT_ONCE, cycles, fleetOf, NEW_ENTRIES, PATHS } from './fleet/machines.mjs';
import { scalingTable } from './fleet/scaling.mjs';
import { builtTree } from './fleet/tree.mjs';
import { median, rounded, spread } from './measure.mjs';
import { withPostgres } from './postgres.mjs';

export const title = 'a fleet on one server: attestation cycles, over HTTP';

/** Before challenges without rows and reports of one statement. */
const EARLIER = '8bb1bc5fd84029739a5476b01997d5b952082478';
const FLEETS = [1_000, 100_000];
const ROUNDS = 5;
const SECONDS = 6;
const COUNTED = 200;
const KEPT_MINUTES = 10;

export async function run() {
  const earlier = builtTree(EARLIER);
  if (earlier === null)
    console.error(`The commit ${EARLIER} is not in this repository: today's server is measured alone.`);
  try {
    return await withPostgres(async (url, log) => {
      const rows = [];
      for (const agents of FLEETS) rows.push(...(await compare(url, log, agents, earlier)));
      return report(rows, earlier, await kept(url));
    });
  } finally {
    earlier?.remove();
  }
}

/** Both servers in turn, each with a database of its own that has so many agents. */
async function compare(url, log, agents, earlier) {
  const trees = [...(earlier === null ? [] : [['earlier', earlier.path]]), ['today', root]];
  const started = [];
  try {
    for (const [name, tree] of trees)
      started.push({ name, agents, ...(await fleetOf(url, tree, `${name}_${agents}`, agents)) });
    for (const one of started) await cycles(one.machines, { seconds: 2 });
    for (let round = 0; round < ROUNDS; round += 1) for (const one of started) one.rounds.push(await measured(one));
    for (const one of started) one.counts = await counted(one, log);
    return started;
  } finally {
    for (const one of started) await one.stop();
  }
}

async function measured({ server, sql, machines }) {
  const before = await sizeOf(sql);
  const [cpu, database, began] = [(await server.ask('read')).cpu, await workOf(sql), performance.now()];
  const done = await cycles(machines, { seconds: SECONDS });
  const seconds = (performance.now() - began) / 1000;
  const used = (await server.ask('read')).cpu - cpu;
  const after = await workOf(sql);
  return {
    perSecond: done / seconds,
    cpuMs: (used * 1000) / done,
    postgresMs: ((after.cpu - database.cpu) * 1000) / done,
    wal: (after.wal - database.wal) / done,
    bytes: ((await sizeOf(sql)) - before) / done,
  };
}

const TICKS_PER_SECOND = 100;
/** Seconds of CPU time of Postgres' processes that run now, as Linux counts them, and all bytes of WAL so far. */
async function workOf(sql) {
  const found =
    await sql`select pid, pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8 as wal from pg_stat_activity`;
  const ticksOf = ({ pid }) => {
    // One that ended meanwhile was no session of the server.
    if (!existsSync(`/proc/${pid}/stat`)) return 0;
    const [, fields] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
    const [user, system] = fields.split(' ').slice(11, 13);
    return Number(user) + Number(system);
  };
  return { cpu: found.reduce((sum, one) => sum + ticksOf(one), 0) / TICKS_PER_SECOND, wal: found[0].wal };
}

/** All tables with their indexes, without what Postgres may use again. */
async function sizeOf(sql) {
  await sql`vacuum`;
  const [{ bytes }] = await sql`select sum(pg_total_relation_size(relid))::float8 as bytes from pg_stat_user_tables`;
  return bytes;
}

/** Statements and writing transactions of a cycle: all that Postgres logs, less what it logs in the same time without. */
async function counted({ sql, machines }, log) {
  const lines = async (work) => {
    const [{ at }] = await sql`select pg_snapshot_xmax(pg_current_snapshot())::text as at`;
    const from = readFileSync(log).length;
    const began = performance.now();
    await work();
    const text = readFileSync(log).subarray(from).toString('utf8');
    const [{ now }] = await sql`select pg_snapshot_xmax(pg_current_snapshot())::text as now`;
    const said = [...text.matchAll(/LOG: {2}(?:statement|execute [^:]*): *(.*)/g)].map(([, one]) => one);
    return { said, transactions: Number(now) - Number(at), ms: performance.now() - began };
  };
  await sql.unsafe(`alter system set log_statement = 'all'`);
  await sql`select pg_reload_conf()`;
  // A session takes the setting over between two statements.
  for (const machine of machines) await machine.attest();
  const busy = await lines(() => cycles(machines, { most: COUNTED }));
  const idle = await lines(() => new Promise((resolve) => setTimeout(resolve, busy.ms)));
  await sql.unsafe('alter system reset log_statement');
  await sql`select pg_reload_conf()`;
  const each = (of) => (of(busy) - of(idle)) / COUNTED;
  const ofWord = (word) => each(({ said }) => said.filter((one) => new RegExp(`^${word}`, 'i').test(one)).length);
  return {
    statements: each(({ said }) => said.length),
    begins: ofWord('begin'),
    commits: ofWord('commit'),
    transactions: each(({ transactions }) => transactions),
  };
}

/** A long run of today's server: what stays of each cycle, memory, and what a sweep leaves. */
async function kept(url) {
  const fleet = await fleetOf(url, root, 'kept', FLEETS[0]);
  const { server, sql, machines } = fleet;
  try {
    await cycles(machines, { most: 2_000 });
    const before = await sizeOf(sql);
    const rss = [(await server.ask('read')).rss];
    let done = 0;
    for (let minute = 0; minute < KEPT_MINUTES; minute += 1) {
      done += await cycles(machines, { seconds: 60 });
      rss.push((await server.ask('read')).rss);
    }
    const after = await sizeOf(sql);
    const removed = await server.ask('sweep');
    const swept = await sizeOf(sql);
    // The space is used again.
    await cycles(machines, { most: Math.floor(done / 5) });
    const [again, [{ left }], [{ hot }]] = [
      await sizeOf(sql),
      await sql`select count(*)::int as left from attestation_results`,
      await sql`select sum(n_tup_hot_upd)::float8 / sum(n_tup_upd) as hot from pg_stat_user_tables
        where relname in ('agents', 'attestation_records')`,
    ];
    return { before, after, swept, again, done, rss, removed, left, hot };
  } finally {
    await fleet.stop();
  }
}

function report(rows, earlier, { before, after, swept, again, done, rss, removed, left, hot }) {
  const of = ({ rounds }, key) => rounds.map((round) => round[key]);
  const lines = rows.map((row) => {
    const { statements, begins, commits, transactions } = row.counts;
    const bytes = rounded(median(of(row, 'bytes')));
    const counts = [statements, begins + commits, transactions]
      .map((value) => Math.max(0, value).toFixed(1))
      .join(' | ');
    const name = row.name === 'today' ? '**today**' : `commit ${EARLIER.slice(0, 7)}`;
    const [postgresMs, wal] = ['postgresMs', 'wal'].map((key) => rounded(median(of(row, key))));
    return `| ${row.agents.toLocaleString('en')} | ${name} | ${spread(of(row, 'perSecond'))} | ${spread(of(row, 'cpuMs'))} | ${postgresMs} | ${counts} | ${wal} | ${bytes} |`;
  });
  const ratios = FLEETS.filter(() => earlier !== null).map((agents) => {
    const [old, own] = rows.filter((row) => row.agents === agents);
    const ratio = (key) => rounded(median(of(own, key)) / median(of(old, key)));
    return `With ${agents.toLocaleString('en')} agents today’s server does ${ratio('perSecond')} × the cycles a second of the earlier one, with ${ratio('cpuMs')} × its CPU time.`;
  });
  const mib = (bytes) => `${rounded(bytes / 2 ** 20)} MiB`;
  return [
    '| Agents | Server | Cycles a second | ms of CPU of the server a cycle | of Postgres | Statements a cycle | of them BEGIN and COMMIT | Transactions that write | Bytes of WAL | Bytes kept |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...lines,
    '',
    ...ratios,
    `A cycle is \`beginAttestation\` and \`submitEvidence\` with ${NEW_ENTRIES} new entries, a list of ${PATHS.toLocaleString('en')} paths; ${AT_ONCE} machines at a time, ${ROUNDS} rounds of ${SECONDS} s in turn,`,
    'Postgres and the machines, which sign their quotes, on the same machine. Statements are counted from Postgres’ log, less those of the same time without',
    'machines; bytes are those of all tables after a vacuum.',
    '',
    `${done.toLocaleString('en')} cycles of today’s server in ${KEPT_MINUTES} minutes: the tables grew from ${mib(before)} to ${mib(after)}, ${rounded((after - before) / done)} bytes a cycle.`,
    `A sweep to one result of each agent removed ${removed.toLocaleString('en')} and left ${mib(swept)}; a fifth as many cycles more made that ${mib(again)} with ${left.toLocaleString('en')} results.`,
    `Memory of the server (RSS) before, and after each minute, in MiB: ${rss.map((bytes) => rounded(bytes / 2 ** 20)).join(', ')}.`,
    `Of the updates of agents and their records ${rounded(100 * hot)} % touched no index (HOT).`,
    '',
    'What fleets need that attest every two minutes, **counted from these costs and not measured** (docs/scaling.md says how):',
    '',
    scalingTable(costsOf(rows)),
  ].join('\n');
}

/** The costs of a cycle of today’s server with the largest fleet. */
function costsOf(rows) {
  const { rounds } = rows.findLast(({ name }) => name === 'today');
  const of = (key) => median(rounds.map((round) => round[key]));
  return { serverMs: of('cpuMs'), postgresMs: of('postgresMs'), walBytes: of('wal'), keptBytes: of('bytes') };
}
