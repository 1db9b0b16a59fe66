import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startSealer } from '../../src/audit/sealer/index.js';
import { ADVISORY_LOCKS } from '../../src/db/open.js';
import { DOMAINS } from '../../src/domains.js';
import { buildSchema } from '../../src/server/graphql/schema.js';
import { attemptAll, mutationsOf } from '../contract/personas/doing.js';
import { makePersonas } from '../contract/personas/personas.js';
import { makeWorld } from '../contract/personas/world.js';
import { openTestPostgres } from '../harness/engine.js';
import { type OutsideSession, outsideSession, type Statement } from '../harness/outside-session.js';
import { type Answer, codeOf, startTestServer, type TestServer } from '../harness/server.js';
import { withCluster } from './split.js';
import { Random, SEED, SHARE } from './walk.js';

/** Each lock is held for a minute, or a share of it. */
const HELD_MS = Math.max(1_200, 60_000 * SHARE);
/** For a lock; the wait for a connection is as it is by default. */
const WAIT_MAX_MS = Math.min(5_000, HELD_MS / 4);
const TABLES = Math.max(3, Math.ceil(100 * SHARE));
/** How much longer reads may take, the half of them, than under the same writers with nothing held. */
const SLOWER_MAX = 5;
const READERS = 4;
/** Mutations under way at a time once a lock is held: more than there are connections. */
const WRITERS = 24;
/** So that writers that nothing holds up leave the machine some time. */
const WRITERS_PAUSE_MS = 300;
const PERSONAS = ['system admin', 'project admin', 'agent'];

const READS = ['{ viewer { kind } }', '{ domains { nodes { id } } }', '{ users { nodes { id } } }'];
const CREATE = 'mutation ($input: CreateDomainInput!) { createDomain(input: $input) { domain { id } } }';
const isLock = (text: string) => /\bpg_\w*advisory\w*\(|^\s*lock table/i.test(text);

interface Lock extends Statement {
  readonly name: string;
}
type Request = Parameters<TestServer['graphql']>;

test('ok: reads and readiness go on while any lock that the server takes is held by another session, and all recovers', async () => {
  await withCluster(async () => {
    const seen = new Map<string, Statement>();
    const statements = {
      logQuery: (text: string, parameters: unknown[]) => void (isLock(text) && seen.set(text, { text, parameters })),
    };
    const server = await startTestServer({
      open: (listener) => openTestPostgres(listener, undefined, { lockWaitMaxMs: WAIT_MAX_MS }),
      statements,
    });
    const outside = await outsideSession(server.database);
    try {
      const requests = await everyMutation(server);
      const locks = await locksOf(outside, seen);
      const { token } = await server.token({ scope: { type: 'system' }, role: 'admin' });
      const run = async (name: string) => {
        const found = await clients(server, token, requests, HELD_MS);
        report(name, found);
        return found;
      };
      const controls = [await run('nothing held')];
      const held: [string, Found][] = [];
      for (const lock of locks) {
        const found = await outside.whileHeld(lock, HELD_MS * 4, () => run(lock.name));
        held.push([lock.name, found]);
        expect([lock.name, found.refusedReads, found.notReady]).toEqual([lock.name, [], 0]);
        expect([lock.name, found.codes.get('INTERNAL_SERVER_ERROR')]).toEqual([lock.name, undefined]);
        expect((await create(server, token)).body.errors).toBeUndefined();
      }
      controls.push(await run('nothing held, once more'));
      // Nothing that is read waits for the lock, nor behind those that do.
      const control = (part: number) => SLOWER_MAX * Math.max(...controls.map(({ reads }) => at(reads, part)));
      const [half, nearlyAll] = [control(0.5), WAIT_MAX_MS + control(0.99)];
      const isSlow = ({ reads }: Found) => !(at(reads, 0.5) <= half && at(reads, 0.99) <= nearlyAll);
      expect(held.filter(([, found]) => isSlow(found)).map(([name]) => name)).toEqual([]);
      // The epoch is one of them: it would be the end of the proof if nothing ever waited.
      expect(locks.map(({ name }) => name)).toContain('rows of authorization_epoch');
    } finally {
      await outside.end();
      await server.close();
    }
  });
});

/** Does all that can be done, and answers the requests, to be sent again. */
async function everyMutation(server: TestServer): Promise<Request[]> {
  const requests: Request[] = [];
  const graphql = (...request: Request) => {
    if (request[0].startsWith('mutation')) requests.push(request);
    return server.graphql(...request);
  };
  const world = await makeWorld({ ...server, graphql });
  const personas = (await makePersonas(world)).filter(({ name }) => PERSONAS.includes(name));
  for (const field of mutationsOf(buildSchema(DOMAINS))) await attemptAll(world, field, personas);
  const { services, database } = server;
  const sealer = startSealer({ ...services, db: database.at('chore') });
  await sealer.stop();
  return requests;
}

/** Every row of a table at once, for some of the tables; and whatever else statements were seen to lock. */
async function locksOf(outside: OutsideSession, seen: ReadonlyMap<string, Statement>): Promise<Lock[]> {
  const tables = (await outside.ask(`select relname from pg_class
    where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace and not relispartition order by relname`)) as {
    relname: string;
  }[];
  const random = new Random(SEED);
  const others = tables.map(({ relname }) => relname).filter((name) => name !== 'authorization_epoch');
  const some = new Set(['authorization_epoch']);
  while (some.size < Math.min(TABLES, others.length + 1)) some.add(random.pick(others));
  // Who changes a row, or holds it, cannot; who reads can.
  const rows = [...some].map((name) => ({ name: `rows of ${name}`, text: `lock table ${name} in exclusive mode` }));
  const asSeen = [...seen.values()].map((statement) => ({
    name: statement.text.replaceAll(/\s+/g, ' '),
    ...statement,
  }));
  expect(asSeen.length).toBeGreaterThan(2);
  return [
    ...rows,
    ...asSeen,
    { name: 'the migrations’ lock', text: `select pg_advisory_xact_lock(${ADVISORY_LOCKS.migrations})` },
  ];
}

interface Found {
  readonly reads: number[];
  readonly refusedReads: (string | undefined)[];
  readonly readiness: number[];
  notReady: number;
  readonly writes: number[];
  readonly codes: Map<string, number>;
}

/** Clients that read, write and ask for readiness for so long. */
async function clients(server: TestServer, token: string, requests: readonly Request[], ms: number): Promise<Found> {
  const found: Found = { reads: [], refusedReads: [], readiness: [], notReady: 0, writes: [], codes: new Map() };
  const end = performance.now() + ms;
  const until = async (run: () => Promise<void>) => {
    while (performance.now() < end) await run();
  };
  const random = new Random(SEED);
  const read = async () => {
    const [answer, took] = await timed(() => server.graphql(random.pick(READS), {}, token));
    found.reads.push(took);
    if (answer.body.errors) found.refusedReads.push(codeOf(answer));
    await delay(5);
  };
  const write = async () => {
    await delay(random.below(2 * WRITERS_PAUSE_MS));
    const [answer, took] = await timed(() =>
      random.chance(0.2) ? create(server, token) : server.graphql(...random.pick(requests)),
    );
    found.writes.push(took);
    const code = codeOf(answer) ?? 'ok';
    found.codes.set(code, (found.codes.get(code) ?? 0) + 1);
  };
  const ready = async () => {
    const [{ status }, took] = await timed(() => fetch(`${server.url}/readyz`));
    found.readiness.push(took);
    if (status !== 200) found.notReady += 1;
    await delay(50);
  };
  const writing = Array.from({ length: WRITERS }, () => until(write));
  const reading = Array.from({ length: READERS }, () => until(read));
  await Promise.all([...writing, ...reading, until(ready)]);
  return found;
}

let made = 0;
const create = (server: TestServer, token: string): Promise<Answer> =>
  server.graphql(CREATE, { input: { name: `made ${made++}` } }, token);

async function timed<T>(run: () => Promise<T>): Promise<[T, number]> {
  const started = performance.now();
  return [await run(), performance.now() - started];
}

const at = (times: readonly number[], part: number) =>
  [...times].sort((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * part))] ?? Number.NaN;

function report(name: string, { reads, readiness, writes, codes }: Found): void {
  const ms = (times: readonly number[]) => [0.5, 0.9, 1].map((part) => at(times, part).toFixed(0)).join('/');
  const answers = [...codes].map(([code, times]) => `${code} ${times}`).join(', ');
  process.stdout.write(
    `${name.slice(0, 60).padEnd(60)} reads ${reads.length} in ${ms(reads)} ms, /readyz ${readiness.length} in ${ms(readiness)} ms, writes ${writes.length} in ${ms(writes)} ms: ${answers}\n`,
  );
}
