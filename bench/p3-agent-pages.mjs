import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { createApp } from '../dist/app.js';
import { listAgents } from '../dist/attestation/records/list.js';
import { listAuditEntries } from '../dist/audit/entries/service.js';
import { readConfig } from '../dist/config/config.js';
import { openDatabase } from '../dist/db/open.js';
import { authenticate } from '../dist/identity/index.js';
import { systemClock } from '../dist/platform/clock.js';
import { createLogger } from '../dist/platform/log.js';
import { agentCases, entryCases, middle, rawAgents, rawEntries } from './filter-cases.mjs';
import { cpuSeconds, median, rounded } from './measure.mjs';
import { withPostgres } from './postgres.mjs';
import { seedEntries, varyAgents } from './seed-filters.mjs';
import { agentId, agentName, publish, seedFleet } from './seed-fleet.mjs';

export const title = 'pages of 1,000,000 agents and 1,000,000 audit entries';

const AGENTS = 1_000_000;
const ENTRIES = 1_000_000;
/** Agents of another domain, which no reader here may read. */
const FOREIGN = 100_000;
const PROJECTS = 11;
/** Gives the last project a hundred agents, far apart. */
const RARE = 10_000;
const FIRST = 100;
const PAGES = 100;
const ROUNDS = 7;
/** For each of the many filters. */
const FILTER_PAGES = 10;
const FILTER_ROUNDS = 5;
const FIELDS = 'id name kind externalId createdAt state trustedUntil tpmKind acceptedCount rejectedCount'.split(' ');

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
      return await compare(app.services, database, sql);
    } finally {
      await sql.end();
      await app.close();
      await database.close();
      rmSync(folder, { recursive: true });
    }
  });

async function compare(services, database, sql) {
  const fleet = await seedFleet(sql, { agents: AGENTS, projects: PROJECTS, rare: RARE });
  const page = (token, scope) => ({ token, scope });
  const [one, few] = [
    page(fleet.readers[0], { project_id: fleet.projects[0] }),
    page(fleet.readers.at(-1), { project_id: fleet.projects.at(-1) }),
  ];
  const whole = page(fleet.domainReader, { domain_id: fleet.domain });
  const cases = [
    ['the whole fleet, page 1, a list of 1 MiB', { ...whole, n: 1 }, 1],
    ['the whole fleet, page 10,000, a list of 1 MiB', { ...whole, n: 10_000 }],
    ['the whole fleet, page 1, a list of 100 MiB', { ...whole, n: 1 }, 100],
    ['the whole fleet, page 10,000, a list of 100 MiB', { ...whole, n: 10_000 }],
    ['the same without the list’s name', { ...whole, n: 10_000, hasNoList: true }],
    ['a project of 99,990, page 1', { ...one, n: 1 }],
    ['a project of 99,990, page 990', { ...one, n: 9_900 }],
    ['a project of 99,990 by name, page 1', { ...one, n: 1, isByName: true }],
    ['a project of 99,990 by name, page 990', { ...one, n: 9_900, isByName: true }],
    ['a project of 100', { ...few, n: 1 }],
  ];
  const rows = [];
  for (const [name, asked, mebibytes] of cases) {
    if (mebibytes) await publish(sql, fleet.list, mebibytes);
    rows.push(row(name, await inTurns(await pageOf(services, database, asked), () => rawPage(sql, asked))));
  }
  const more = await varyAgents(sql, { domain: fleet.domain, agents: AGENTS, foreign: FOREIGN, list: fleet.list });
  const [project, rarely] = [fleet.projects[0], fleet.projects.at(-1)];
  const start = await seedEntries(sql, { entries: ENTRIES, domain: fleet.domain, project, rarely });
  return [
    '| Page of 100 | List | raw SQL | List to raw | CPU: list | raw | List to raw |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
    `Milliseconds a page, one after another, and of CPU time in the process that asks, on one connection each to`,
    `PostgreSQL ${(await sql`show server_version`)[0].server_version.split(' ')[0]}. Ten fields and the list’s name, ${PAGES} pages a round, ${ROUNDS} rounds. The fleet is in ${PROJECTS} projects.`,
    '',
    ...(await filtersOfAgents(services, database, sql, fleet, more)),
    '',
    ...(await filtersOfEntries(services, database, sql, { ...fleet, start }, more)),
  ].join('\n');
}

const KINDS = ['none', 'rare', 'all', 'several'];

function filterTable(name, rows) {
  return [
    `| ${name} | ${KINDS.join(' | ')} | all, the middle |`,
    `| --- |${' --- |'.repeat(KINDS.length + 1)}`,
    ...rows,
    '',
    `Milliseconds of a page of ${FIRST}, of the raw SQL of the same page, and one to the other; medians of ${FILTER_ROUNDS} rounds of ${FILTER_PAGES} pages.`,
  ];
}

async function filterRow(name, cells) {
  const told = [];
  for (const cell of cells) {
    const { list, raw } = cell ? await inTurns(cell.list, cell.raw, FILTER_PAGES, FILTER_ROUNDS) : {};
    const [own, theirs] = cell ? [list, raw].map((all) => median(all.map(({ wall }) => wall))) : [];
    told.push(cell ? `${rounded(own)} / ${rounded(theirs)} = ${rounded(own / theirs)} ×` : '');
  }
  return `| ${name} | ${told.join(' | ')} |`;
}

async function filtersOfAgents(services, database, sql, fleet, more) {
  const readers = [
    ['domain', fleet.domainReader, ['domain_id', fleet.domain]],
    ['project', fleet.readers[0], ['project_id', fleet.projects[0]]],
  ];
  const rows = [];
  for (const [reader, token, scope] of readers)
    for (const { name, by, orders } of agentCases(fleet, more))
      for (const order of orders) {
        const isByName = order === 'NAME';
        const cell = async (filter, behind) => {
          // A reader of a project sees nothing of the others.
          const own =
            reader === 'project' && filter.projectIds ? filter.projectIds.filter((id) => id === scope[1]) : null;
          const raw = own ? { ...filter, projectIds: own.length ? own : [more.otherProject] } : filter;
          const page = rawAgents({ scope, filter: raw, isByName, behind, limit: FIRST + 1, select: SELECTED });
          return {
            list: await agentsOf(services, database, token, { filter, order, behind }),
            raw: async () => (await sql.unsafe(page.text, page.parameters, { prepare: true })).slice(0, FIRST),
          };
        };
        const cells = [];
        for (const kind of KINDS) cells.push(by[kind] && (await cell(by[kind])));
        cells.push(by.all && (await cell(by.all, middle.agents(AGENTS, isByName))));
        rows.push(await filterRow(`${reader}: ${name}, ${order}`, cells));
      }
  return filterTable('Agents', rows);
}

const SELECTED = `a.id, a.name, a.kind, a.external_id, a.created_at, a.trust_state, a.trusted_until, r.tpm_kind,
  r.accepted_count, r.rejected_count`;

async function filtersOfEntries(services, database, sql, fleet, more) {
  const readers = [
    ['system', fleet.systemReader, null],
    ['domain', fleet.domainReader, ['domain_id', fleet.domain]],
    ['project', fleet.readers[0], ['project_id', fleet.projects[0]]],
  ];
  const rows = [];
  for (const [reader, token, scope] of readers)
    for (const { name, by } of entryCases({ ...fleet, entries: ENTRIES }, more)) {
      const cell = async (filter, behind) => {
        const own =
          reader === 'project' && filter.projectIds ? filter.projectIds.filter((id) => id === scope[1]) : null;
        const raw = own ? { projectIds: own.length ? own : [more.otherProject] } : filter;
        const page = rawEntries({ scope, filter: raw, behind, limit: FIRST + 1 });
        return {
          list: await entriesOf(services, database, token, { filter, behind }),
          raw: async () => (await sql.unsafe(page.text, page.parameters, { prepare: true })).slice(0, FIRST),
        };
      };
      const cells = [];
      for (const kind of KINDS) cells.push(by[kind] && (await cell(by[kind])));
      cells.push(by.all && (await cell(by.all, middle.entries(fleet.start, ENTRIES))));
      rows.push(await filterRow(`${reader}: ${name}`, cells));
    }
  return filterTable('Audit entries', rows);
}

async function entriesOf(services, database, token, { filter, behind }) {
  const context = await contextOf(services, database, token);
  const args = { first: FIRST, after: behind ? cursorOf(['audit', behind]) : null, filter };
  return async () => (await listAuditEntries(context, args)).nodes;
}

async function agentsOf(services, database, token, { filter, order, behind }) {
  const context = await contextOf(services, database, token);
  const orderBy = { field: order, direction: 'ASC' };
  const after = behind ? cursorOf([order === 'NAME' ? 'name' : 'id', ...behind]) : null;
  const fields = new Set(FIELDS);
  return async () => (await listAgents(context, { first: FIRST, after, filter, orderBy }, fields)).nodes;
}

const cursorOf = (keys) => Buffer.from(JSON.stringify(keys)).toString('base64url');

async function contextOf(services, database, token) {
  const actor = await authenticate(services.db, database, token, new Date());
  return { ...services, ...(await services.inForce.at(services.db, actor.epoch)), actor };
}

/** Calls the service that resolvers call, as the token's caller. */
async function pageOf(services, database, { token, n, isByName, hasNoList }) {
  const context = await contextOf(services, database, token);
  const ordering = isByName ? ['name', nameAt(n), idAt(n)] : ['id', idAt(n)];
  const args = {
    first: FIRST,
    after: n === 1 ? null : cursorOf(ordering),
    orderBy: isByName ? { field: 'NAME', direction: 'ASC' } : null,
  };
  const fields = new Set(hasNoList ? FIELDS : [...FIELDS, 'allowlist']);
  return async () => (await listAgents(context, args, fields)).nodes;
}

/** The last agent before the page. */
const idAt = (n) => (n === 1 ? '' : agentId((n - 1) * FIRST));
const nameAt = (n) => (n === 1 ? '' : agentName((n - 1) * FIRST));

/** The same rows, read by one prepared statement. */
async function rawPage(sql, { scope, n, isByName, hasNoList }) {
  const [[column, id]] = Object.entries(scope);
  const behind = isByName ? sql`(a.name, a.id) > (${nameAt(n)}, ${idAt(n)})` : sql`a.id > ${idAt(n)}`;
  const order = isByName ? sql`a.name, a.id` : sql`a.id`;
  const name = hasNoList ? sql`` : sql`, l.name as list`;
  const list = hasNoList ? sql`` : sql`left join allowlists l on l.id = r.allowlist_id`;
  const rows = await sql`
    select a.id, a.name, a.kind, a.external_id, a.created_at, a.trust_state, a.trusted_until, r.tpm_kind,
      r.accepted_count, r.rejected_count ${name}
    from agents a join attestation_records r on r.agent_id = a.id ${list}
    where a.${sql(column)} = ${id} and ${behind} order by ${order} limit ${FIRST + 1}`;
  return rows.slice(0, FIRST);
}

async function inTurns(list, raw, pages = PAGES, rounds = ROUNDS) {
  const [own, theirs] = [await list(), await raw()];
  if (own.map(({ id }) => id).join() !== theirs.map(({ id }) => id).join())
    throw new Error(`other rows: ${own.length} and ${theirs.length}`);
  const all = { list: [], raw: [] };
  for (let round = 0; round <= rounds; round += 1)
    for (const [name, work] of Object.entries({ list, raw })) {
      const [start, cpu] = [performance.now(), cpuSeconds()];
      for (let n = 0; n < pages; n += 1) await work();
      // The first round warms up.
      if (round > 0)
        all[name].push({
          wall: (performance.now() - start) / pages,
          cpu: ((cpuSeconds() - cpu) * 1000) / pages,
        });
    }
  return all;
}

function row(name, { list, raw }) {
  const of = (all, key) => median(all.map((one) => one[key]));
  const cells = ['wall', 'cpu'].flatMap((key) => [
    rounded(of(list, key)),
    rounded(of(raw, key)),
    `${rounded(of(list, key) / of(raw, key))} ×`,
  ]);
  return `| ${name} | ${cells.join(' | ')} |`;
}
