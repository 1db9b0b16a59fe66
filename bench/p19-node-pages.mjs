// P19: pages of 100,000 nodes for every filter in every order that the list offers, beside the raw SQL of the same page.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { createApp } from '../dist/app.js';
import { readConfig } from '../dist/config/config.js';
import { openDatabase } from '../dist/db/open.js';
import { listNodes } from '../dist/fleet/nodes/list.js';
import { authenticate } from '../dist/identity/index.js';
import { systemClock } from '../dist/platform/clock.js';
import { createLogger } from '../dist/platform/log.js';
import { median, rounded } from './measure.mjs';
import { withPostgres } from './postgres.mjs';
import { nodeId, nodeName, RARE, seedNodes } from './seed-nodes.mjs';

export const title = 'pages of 100,000 nodes';

const NODES = 100_000;
const FIRST = 100;
const ROUNDS = 5;
const PAGES = 20;

/** For each filter: what matches nothing, few far apart, and (nearly) all; the SQL of each value; and its orders. */
const CASES = [
  { name: 'no filter', all: {}, sql: () => 'true' },
  {
    name: 'names',
    none: { names: ['no such'] },
    rare: { names: [nodeName(RARE + 1)] },
    sql: ({ names: [name] }, hole) => `n.name = ${hole(name)}`,
  },
  {
    name: 'nameStartsWith',
    none: { nameStartsWith: 'zz' },
    rare: { nameStartsWith: nodeName(1).slice(0, -1) },
    all: { nameStartsWith: 'web-' },
    orders: ['NAME'],
    sql: ({ nameStartsWith: start }, hole) => {
      const end = start.slice(0, -1) + String.fromCharCode(start.charCodeAt(start.length - 1) + 1);
      return `n.name >= ${hole(start)} and n.name < ${hole(end)}`;
    },
  },
  {
    name: 'addresses',
    none: { addresses: ['nobody.example.org'] },
    rare: { addresses: ['web-17.example.org'] },
    sql: ({ addresses: [address] }, hole) => `n.address = ${hole(address)}`,
  },
  {
    name: 'availabilities',
    none: { availabilities: ['PAUSE'] },
    rare: { availabilities: ['DRAIN'] },
    all: { availabilities: ['ACTIVE'] },
    sql: ({ availabilities: [one] }, hole) => `n.availability = ${hole(one)}`,
  },
  {
    name: 'isReady',
    rare: { isReady: false },
    all: { isReady: true },
    sql: ({ isReady }, hole) => `n.is_ready = ${hole(isReady)}`,
  },
  {
    name: 'labels',
    none: { labels: [{ key: 'admin.rack', value: 'none' }] },
    rare: { labels: [{ key: 'admin.rack', value: 'rare' }] },
    all: { labels: [{ key: 'admin.site', value: 'here' }] },
    orders: ['CREATED_AT'],
    from: 'nodes n join node_labels l on l.node_id = n.id',
    key: 'l.node_id',
    sql: ({ labels: [{ key, value }] }, hole) => `l.key = ${hole(key)} and l.value = ${hole(value)}`,
  },
  {
    name: 'trustStates',
    none: { trustStates: ['BANNED'] },
    rare: { trustStates: ['FAILED'] },
    all: { trustStates: ['TRUSTED'] },
    orders: ['CREATED_AT'],
    from: 'nodes n join agents a on a.node_id = n.id',
    key: 'a.node_id',
    sql: ({ trustStates: [one] }, hole) => `a.trust_state = ${hole(one)}`,
  },
];
const KINDS = ['none', 'rare', 'all'];

export const run = () =>
  withPostgres(async (url) => {
    const folder = mkdtempSync(join(tmpdir(), 'bailiwick-bench-'));
    const database = await openDatabase({ url, dataDir: folder, connectionsMax: 6 });
    const app = await createApp({
      database,
      clock: systemClock,
      log: createLogger('silent'),
      settings: readConfig({ BAILIWICK_DATA_DIR: folder }),
      adminPasswordPath: join(folder, 'password'),
    });
    const sql = postgres(url, { max: 1, onnotice: () => {} });
    try {
      const { reader } = await seedNodes(sql, { nodes: NODES });
      return await table(await contextOf(app.services, database, reader), sql);
    } finally {
      await sql.end();
      await app.close();
      await database.close();
      rmSync(folder, { recursive: true });
    }
  });

async function contextOf(services, database, token) {
  const actor = await authenticate(services.db, database, token, new Date());
  return { ...services, ...(await services.inForce.at(services.db, actor.epoch)), actor };
}

async function table(context, sql) {
  const rows = [];
  for (const one of CASES)
    for (const order of one.orders ?? ['CREATED_AT', 'NAME']) {
      const cells = [];
      for (const kind of KINDS) cells.push(await cellOf(context, sql, one, one[kind], order));
      cells.push(await cellOf(context, sql, one, one.all, order, true));
      rows.push(`| ${one.name}, ${order} | ${cells.join(' | ')} |`);
    }
  return [
    `| Nodes | ${KINDS.join(' | ')} | all, the middle |`,
    `| --- |${' --- |'.repeat(KINDS.length + 1)}`,
    ...rows,
    '',
    `Milliseconds of a page of ${FIRST}, of the raw SQL of the same page, and one to the other; medians of ${ROUNDS} rounds of ${PAGES} pages in turn, for a reader of`,
    'the system, on one connection each. Whole rows of nodes; conditions, labels and facts come by one statement each for a page, if asked for.',
  ].join('\n');
}

async function cellOf(context, sql, one, filter, order, isMiddle = false) {
  if (filter === undefined) return '';
  const behind = isMiddle ? NODES / 2 : null;
  const isByName = order === 'NAME';
  const keys = behind && (isByName ? ['name', nodeName(behind), nodeId(behind)] : ['id', nodeId(behind)]);
  const after = keys && Buffer.from(JSON.stringify(keys)).toString('base64url');
  const args = { first: FIRST, after, filter, orderBy: { field: order, direction: 'ASC' } };
  const { text, parameters } = rawPage(one, filter, isByName, keys?.slice(1));
  const works = {
    list: async () => (await listNodes(context, args)).nodes,
    raw: async () => (await sql.unsafe(text, parameters, { prepare: true })).slice(0, FIRST),
  };
  const [own, theirs] = [await works.list(), await works.raw()];
  if (own.map(({ id }) => id).join() !== theirs.map(({ id }) => id).join())
    throw new Error(`${one.name}: other rows: ${own.length} and ${theirs.length}`);
  const times = { list: [], raw: [] };
  for (let round = 0; round <= ROUNDS; round += 1)
    for (const [name, work] of Object.entries(works)) {
      const began = performance.now();
      for (let n = 0; n < PAGES; n += 1) await work();
      // The first round warms up.
      if (round > 0) times[name].push((performance.now() - began) / PAGES);
    }
  const [list, raw] = [median(times.list), median(times.raw)];
  return `${rounded(list)} / ${rounded(raw)} = ${rounded(list / raw)} ×`;
}

function rawPage({ sql, from = 'nodes n', key = 'n.id' }, filter, isByName, behind) {
  const parameters = [];
  const hole = (value) => `$${parameters.push(value)}`;
  const order = isByName ? 'n.name, n.id' : key;
  const where = [sql(filter, hole), ...(behind ? [`(${order}) > (${behind.map(hole).join(', ')})`] : [])];
  const text = `select n.* from ${from} where ${where.join(' and ')} order by ${order} limit ${FIRST + 1}`;
  return { text, parameters };
}
