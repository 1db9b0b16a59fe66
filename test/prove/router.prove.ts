import { and, count, eq, ne } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { auditEntries } from '../../src/audit/entries/tables.js';
import { DOMAINS } from '../../src/domains.js';
import { type Id, type Kind, newId } from '../../src/platform/ids.js';
import { buildSchema } from '../../src/server/graphql/schema.js';
import { resolvedEntityNames } from '../contract/personas/coverage.js';
import { attemptAll, type Deed, mutationsOf } from '../contract/personas/doing.js';
import type { Thing, Things } from '../contract/personas/fixture.js';
import { DOORS, ownThings, sharedThings } from '../contract/personas/fixtures.js';
import { makePersonas, type Persona } from '../contract/personas/personas.js';
import { makeWorld, type World } from '../contract/personas/world.js';
import { affordable } from '../harness/affordable.js';
import { type Answer, client, type Json } from '../harness/server.js';
import { readsOf, steadySchema } from './reads.js';
import { routed, told } from './routed.js';
import { type Split, startSplit } from './split.js';
import { DOCUMENTS, passwordOf, Story } from './story.js';
import { SEED, SHARE, Tally, walk } from './walk.js';

const WHOLE = 10_000;
/** What no project has. */
const OF_THE_SYSTEM: ReadonlySet<string> = new Set(['Node', 'JoinToken']);

type Asked = ReturnType<typeof client>;

let split: Split;
let world: World;
let personas: readonly Persona[];
/** Of whom the long walks ask: everybody; in a share of the proof a third, which the seed chooses. */
let walking: readonly Persona[];
let things: Things;
let merged: Asked;
let router: Asked;
beforeAll(async () => {
  split = await startSplit();
  merged = client(split.merged);
  router = routed(split.router);
  world = await makeWorld(split.server);
  // What is beyond a list of policies refuses the whole request of one server, and a part of a router's.
  personas = (await makePersonas(world)).filter(({ isListed }) => !isListed);
  walking = SHARE === 1 ? personas : personas.filter((_, index) => index % 3 === SEED % 3);
  things = await sharedThings(world);
});
afterAll(() => split?.close());

const isBeyondCost = ({ body }: Answer) => body.errors?.[0]?.extensions?.bound === 'cost';

/** Does the same with one server and with the router, at the same time. */
const both = <T>(work: (asked: Asked) => Promise<T>) => Promise.all([work(merged), work(router)]);
const tokenOf = (name: string) => personas.find((persona) => persona.name === name)?.token;

describe('two servers behind a router answer what one server does', () => {
  test('same: every document of the command line, from the first log-in to a retired machine', async () => {
    const [one, two] = [new Story(merged.graphql, 'story-merged', 901), new Story(router.graphql, 'story-routed', 902)];
    await two.run(await one.run(passwordOf(split.server)));
    expect(two.comparable).toEqual(one.comparable);
    const used = new Set(one.steps.map(({ document }) => document));
    // This router carries no subscriptions: who watches asks a server itself.
    const asked = Object.keys(DOCUMENTS).filter((name) => !DOCUMENTS[name]?.startsWith('subscription'));
    expect(asked.filter((name) => !used.has(name))).toEqual([]);
    const verdicts = one.steps.flatMap(({ answer: { data } }) => data?.payload?.result?.verdict ?? []);
    expect(verdicts).toEqual(['ACCEPTED', 'REJECTED']);
  });

  test('same: random queries of everybody', async () => {
    const tally = new Tally('queries');
    const write = readsOf(steadySchema(), world);
    const total = await walk(WHOLE, async (random) => {
      const [query, { name, token }] = [write(random), random.pick(personas)];
      const variables = { flag: random.chance(0.5) };
      const [one, two] = await both((asked) => asked.graphql(query, variables, token));
      // Each server bounds its own part, so that a router's whole may be what one server refuses.
      if (isBeyondCost(one)) return tally.add('beyond the cost');
      const kind = kindOf(one, two);
      tally.add(kind);
      if (!EXPLAINED.has(kind)) expect(told(two), `${name}: ${query}`).toEqual(told(one));
    });
    tally.print(total);
    const compared = total - tally.of('beyond the cost');
    expect(compared).toBeGreaterThan(total / 3);
    expect(tally.of('data') + tally.of('data and refusals')).toBeGreaterThan(compared / 3);
    for (const kind of ['data and refusals', 'refused']) expect(tally.of(kind), kind).toBeGreaterThan(0);
    const explained = [...EXPLAINED].reduce((sum, kind) => sum + tally.of(kind), 0);
    expect(explained).toBeLessThan(total / 20);
  });

  test('same: what the persona matrix reads, by id and in lists, by everybody', async () => {
    const fields = doorsTo(things);
    expect(fields.length).toBeGreaterThan(40);
    for (const { name, token } of walking) {
      for (const some of affordable(fields)) {
        const query = `{ ${some.map((field, index) => `f${index}: ${field}`).join('\n')} }`;
        const [one, two] = await both((asked) => asked.graphql(query, {}, token));
        expect(told(two), `${name}: ${query}`).toEqual(told(one));
      }
    }
  });

  test('same: every mutation, tried by everybody on everything', async () => {
    const before = await changesAudited();
    const [one, two] = await both(attempts);
    expect(two).toEqual(one);
    const changes = one.reduce((sum, deed) => sum + deed.changes, 0);
    expect(changes).toBeGreaterThan(0);
    expect((await changesAudited()) - before).toBe(2 * changes);
  });
});

/** Where a router differs by its nature, and no server could make it the same. */
const EXPLAINED = new Set([
  // Its parts are each cheap enough for the server that they are asked of; one server is asked for all of it.
  'too much for one server',
  // All fields are skipped by directives, so the router asks nobody, and nobody looks at the caller.
  'nothing to ask',
]);

function kindOf(one: Answer, two: Answer): string {
  const [{ data, errors }, { data: routedData }] = [one.body, two.body];
  if (!errors) return 'data';
  if (data) return 'data and refusals';
  if (errors[0].message.startsWith('The operation could answer too much')) return 'too much for one server';
  return routedData && Object.keys(routedData).every((name) => name === '__typename') ? 'nothing to ask' : 'refused';
}

/** The fields through which things are read; the chain of entries grows while it is asked for. */
function doorsTo(all: Things): string[] {
  const fields = Object.entries(all).flatMap(([type, some]) => {
    const { fields = '', byId, list } = (!/^Audit(Chain|Seal)/.test(type) && DOORS[type]) || {};
    const found = some.filter(({ id }) => id !== null);
    return [byId, list].flatMap((door) => (door ? found.map((thing) => door.ask(thing, fields)) : []));
  });
  return [...new Set(fields)];
}

/** What everybody got of every mutation. */
async function attempts(asked: Asked): Promise<Omit<Deed, 'requestId'>[]> {
  const there: World = { ...world, server: { ...split.server, ...asked } };
  const deeds: Omit<Deed, 'requestId'>[] = [];
  for (const field of mutationsOf(buildSchema(DOMAINS))) {
    const done = await attemptAll(there, field, walking);
    deeds.push(...done.map(({ requestId: _, ...deed }) => deed));
  }
  return deeds;
}

/** How many changes the audit log tells of, those aside that a server makes by itself when trust ran out. */
async function changesAudited(): Promise<number> {
  const isAsked = and(eq(auditEntries.outcome, 'ALLOWED'), ne(auditEntries.action, 'agent.expired'));
  const [row] = await split.server.services.db.select({ all: count() }).from(auditEntries).where(isAsked);
  return row?.all ?? 0;
}

describe('what a caller may not read is missing behind a router too', () => {
  const entitiesOfDomains = (isServed: (domain: string) => boolean) =>
    resolvedEntityNames(buildSchema(DOMAINS.filter(({ name }) => isServed(name))));
  const SERVERS = {
    identity: { reader: 'domain admin', types: entitiesOfDomains((name) => name === 'identity') },
    attestation: { reader: 'project admin', types: entitiesOfDomains((name) => name !== 'identity') },
  } as const;
  const entitiesOf = (types: readonly string[]) =>
    `query ($all: [_Any!]!) { _entities(representations: $all) { ${types.map((type) => `... on ${type} { id }`).join(' ')} } }`;

  test('ok: a server is asked for each entity', () => {
    const asked = Object.values(SERVERS).flatMap(({ types }) => types);
    expect([...new Set(asked)].sort()).toEqual(entitiesOfDomains(() => true).sort());
    expect(asked.length).toBeGreaterThan(12);
  });

  describe.each(Object.entries(SERVERS))('entities of the server of %s', (name, { reader, types }) => {
    const ask = (representations: readonly object[], token?: string) =>
      client(split[name as keyof typeof SERVERS]).graphql(entitiesOf(types), { all: representations }, token);

    test('hidden: ids of a foreign project answer as ids that do not exist; own ones are told', async () => {
      const personal = await ownThings(world, personas.find((persona) => persona.name === reader) as Persona);
      for (const type of types.filter((one) => !OF_THE_SYSTEM.has(one))) {
        const { own, foreign } = await bySides(type, personal);
        expect(foreign.length, type).toBeGreaterThan(0);
        const of = async (ids: readonly string[]) =>
          told(
            await ask(
              ids.map((id) => ({ __typename: type, id })),
              tokenOf(reader),
            ),
          );
        const answer = await of(foreign);
        expect(answer, type).toEqual(await of(foreign.map(() => newId(type as Kind))));
        expect(answer.data._entities, type).toEqual(foreign.map(() => null));
        expect((await of(own)).data._entities, type).toContainEqual({ id: expect.any(String) });
      }
    });

    const ofTheSystem = types.filter((type) => OF_THE_SYSTEM.has(type));
    test.each(ofTheSystem)(
      'hidden: ids of %s, which is the system’s, answer as ids that do not exist',
      async (type) => {
        const ids = (things[type] ?? []).flatMap(({ id }) => id ?? []);
        expect(ids.length).toBeGreaterThan(0);
        const of = async (some: readonly string[]) =>
          told(
            await ask(
              some.map((id) => ({ __typename: type, id })),
              tokenOf(reader),
            ),
          );
        expect(await of(ids)).toEqual(await of(ids.map(() => newId(type as Kind))));
      },
    );

    test('anonymous: no entity is told', async () => {
      const refused = { data: undefined, errors: ['{"code":"UNAUTHENTICATED"}'] };
      for (const type of types) expect(told(await ask([{ __typename: type, id: newId('Agent') }]))).toEqual(refused);
    });
  });

  /** Ids of a type: what a reader of home may read, and what is foreign to it. */
  async function bySides(type: string, personal: Things) {
    // Of home, with something foreign to it, is for instance a role that a foreign group holds there.
    const isForeign = ({ name }: Thing) => /\bforeign\b/.test(name) && !/^(?:home|own), /.test(name);
    const idsAmong = (some: readonly Thing[] = []) => some.flatMap(({ id }) => id ?? []);
    const shared = things[type] ?? [];
    const own = idsAmong([...shared, ...(personal[type] ?? [])].filter((thing) => !isForeign(thing)));
    const foreign = idsAmong(shared.filter(isForeign));
    // The matrix has only sessions of home.
    if (type === 'Token') foreign.push(await world.rows.tokenOf({ kind: 'user', id: world.users.foreign }));
    return { own, foreign };
  }

  test('hidden: fields that lead to what is foreign are null, as those that lead nowhere', async () => {
    const { rows, projects, lists } = world;
    const query = `query ($id: ID!) {
      agent(ref: { id: $id }) { name project { name domain { name } } allowlist { id name project { id name } } }
    }`;
    const read = async (asked: Asked, id: string) =>
      told(await asked.graphql(query, { id }, tokenOf('project admin'))).data?.agent as Json;
    const bound = async (allowlistId: Id<'Allowlist'> | null) => rows.agent(projects.own, 'PENDING', { allowlistId });
    const [foreign, none, own] = [
      await bound(lists['foreign project'].id),
      await bound(null),
      await bound(lists.own.id),
    ];
    for (const asked of [merged, router]) {
      expect(await read(asked, foreign)).toEqual({ ...(await read(asked, none)), name: foreign });
      expect((await read(asked, own)).allowlist).toMatchObject({ id: lists.own.id, project: { name: 'own' } });
    }
  });
});
