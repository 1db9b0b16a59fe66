import { readFileSync, writeFileSync } from 'node:fs';
import { type GraphQLField, getNamedType, isLeafType, isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DOMAINS } from '../../src/domains.js';
import { roles } from '../../src/identity/roles/tables.js';
import { buildSchema } from '../../src/server/graphql/schema.js';
import { standingClock } from '../harness/clock.js';
import { type Json, startTestServer, type TestServer } from '../harness/server.js';
import { coordinatesOf, LEFT_OUT, least, most } from './left-behind/inputs.js';
import { differenceOf, type Snapshot, snapshotOf, Texts } from './left-behind/rows.js';
import { mutationsOf } from './personas/doing.js';
import { MUTATIONS } from './personas/fixtures.js';
import { makePersonas, type Persona } from './personas/personas.js';
import { makeWorld, type World } from './personas/world.js';

const PAGE = new URL('../fixtures/left-behind.txt', import.meta.url);
/** No two lifetimes are the same, so that one in place of another is seen. */
const LIFETIMES = {
  agentTokenLifetimeMs: 601_000,
  enrollmentTokenLifetimeMs: 602_000,
  challengeLifetimeMs: 63_000,
  attestationIntervalMs: 64_000,
};

type Mutation = GraphQLField<unknown, unknown>;
type Input = Readonly<Record<string, unknown>>;

const clock = standingClock();
const START = clock.time;
const mutations = mutationsOf(buildSchema(DOMAINS));
const given = new Set<string>();
let server: TestServer;
let world: World;
let personas: readonly Persona[];
let names: ReadonlyMap<string, string>;
let last: Snapshot | undefined;
/** Who got an answer of a mutation last: asked first about the next mistake, since all before were refused. */
const answered = new Map<string, Persona>();

beforeAll(async () => {
  server = await startTestServer({ clock, settings: { ...LIFETIMES, denialWindowMs: 600_000 } });
  world = await makeWorld(server);
  personas = await makePersonas(world);
  names = new Map([
    ...personas.flatMap(({ name, principal }) => (principal ? [[principal.id, name] as const] : [])),
    ...Object.entries(world.projects).map(([name, { projectId }]) => [projectId, name] as const),
    ...Object.entries(world.lists).map(([name, { id }]) => [id, `list of ${name}`] as const),
    ...Object.entries(world.agents).map(([name, { id }]) => [id, `agent of ${name}`] as const),
    ...Object.entries(world.users).map(([name, id]) => [id, `user of ${name}`] as const),
    ...(await server.services.db.select().from(roles)).map(({ id, name }) => [id, `role ${name}`] as const),
    [world.home, 'home'],
    [world.foreign, 'foreign'],
  ]);
}, 240_000);
afterAll(() => server.close());

/** What the first who may do it leaves behind, of the ways of the matrix; with what is given beside. */
async function leftBehind(
  field: Mutation,
  all: readonly Persona[],
  more: (input: Input, persona: Persona) => Input | Promise<Input>,
): Promise<readonly string[]> {
  for (const attempt of (await MUTATIONS[field.name]?.(world)) ?? []) {
    for (const persona of attempt.isSilent ? [] : all) {
      // Each begins at the same moment, so that what others did before shows in no time.
      clock.time = START;
      const input = await more({ ...(await attempt.input(persona)) }, persona);
      clock.time += 1000;
      const told = await attempted(field, input, persona, attempt.isRoutine);
      if (told.length > 0) return told;
    }
  }
  throw new Error(`nobody may ${field.name}`);
}

function likeliestFirst(field: Mutation): readonly Persona[] {
  const first = answered.get(field.name);
  return first ? [first, ...personas.filter((one) => one !== first)] : personas;
}

async function snapshot(): Promise<Snapshot> {
  last = await snapshotOf(server.services.db, last);
  return last;
}

/** Nothing where it was not done, or changed nothing that it should. */
async function attempted(
  field: Mutation,
  input: Input,
  persona: Persona,
  isRoutine = false,
): Promise<readonly string[]> {
  const texts = new Texts(clock.now(), names);
  // What the attempt needed has told its events too.
  await server.services.placer.committed();
  const before = await snapshot();
  const { payload, errors } = await done(field, input, persona);
  if (!payload || payload.userErrors.length > 0) return [];
  await server.services.placer.committed();
  const rows = differenceOf(before, await snapshot(), texts);
  if (rows.length === 0 && !isRoutine) return [];
  for (const one of coordinatesOf(field)) if (one.slice(one.indexOf('.') + 1) in input) given.add(one);
  return [
    `${field.name}, ${persona.name}: ${texts.named(JSON.stringify(readable(input)))}`,
    ...rows.map((row) => `  ${row}`),
    `  = ${texts.named(JSON.stringify(readable(payload)))}${errors}`,
    '',
  ];
}

async function done(field: Mutation, input: Input, persona: Persona): Promise<{ payload: Json; errors: string }> {
  const query = `mutation ($input: ${field.args[0]?.type}) { done: ${field.name}(input: $input) { ${selectionOf(field)} } }`;
  const { body } = await server.graphql(query, { input }, persona.token);
  const errors: Json[] = body.errors ?? [];
  return {
    payload: body.data?.done,
    errors: errors.map(({ path, extensions }) => ` ${path}: ${extensions.code}`).join(),
  };
}

/** The values of a payload, and of its objects. */
function selectionOf(field: Mutation): string {
  const payload = getNamedType(field.type);
  if (!isObjectType(payload)) throw new Error(`${field.name} has no payload`);
  const parts = Object.values(payload.getFields()).map(({ name, type }) => {
    const object = getNamedType(type);
    if (!isObjectType(object)) return name;
    const values = Object.values(object.getFields()).filter((one) => isLeafType(getNamedType(one.type)));
    return name === 'userErrors'
      ? 'userErrors { code path }'
      : `${name} { ${values
          .filter(({ args }) => args.length === 0)
          .map((one) => one.name)
          .join(' ')} }`;
  });
  return parts.join(' ');
}

const SECRET =
  /^(token|key|enrollmentToken|secret|message|signature|credentialBlob|encryptedSecret|nonce|attestationId)$/;

/** Etags as what they are made of, and nothing that differs in every run. */
function readable(from: Json): Json {
  const text = JSON.stringify(from, (key, value) => {
    if (typeof value !== 'string') return value;
    if (SECRET.test(key)) return '…';
    // The last part of a role's is a digest of ids.
    return /etag$/i.test(key) ? String(Buffer.from(value, 'base64url')).replace(/[^.]{32,}$/, '…') : value;
  });
  return JSON.parse(text);
}

describe('what a mutation leaves behind', () => {
  test('same: every row of the database that is other than before, and the answer, are those of the page', async () => {
    expect(mutations.length).toBeGreaterThan(30);
    const told: string[] = [];
    for (const field of mutations) {
      told.push(...(await leftBehind(field, personas, (input) => least(field, input))));
      const narrowest = [...personas].reverse();
      told.push(...(await leftBehind(field, narrowest, (input, persona) => most(field, input, world, persona))));
    }
    const text = told.join('\n');
    if (process.env.UPDATE === '1') writeFileSync(PAGE, text);
    expect(text).toBe(readFileSync(PAGE, 'utf8'));
  }, 240_000);

  test('ok: every field of every input was given', () => {
    const coordinates = mutations.flatMap(coordinatesOf);
    const left = coordinates.filter((one) => !given.has(one));
    expect(left.sort()).toEqual(Object.keys(LEFT_OUT).sort());
  });
});

/** Values that a field cannot have, and what they lead to, by the name of the field. */
const WRONG: readonly (readonly [field: RegExp, code: string, value: unknown])[] = [
  [/^(reason|description)$/, 'INVALID', 'x'.repeat(4097)],
  [/^(reason|description)$/, 'INVALID', 'a\0b'],
  [/^name$/, 'INVALID', ''],
  [/^name$/, 'INVALID', 'x'.repeat(256)],
  [/etag$/i, 'STALE_ETAG', 'b2xk'],
  [/^baseRevision$/, 'STALE_ETAG', 99_999],
  [/^requestId$/, 'REQUEST_ID_REUSED', 'x'.repeat(256)],
];

describe('what is wrong with an input', () => {
  /** The user error that somebody gets for this, and what it left behind. */
  async function toldOf(field: Mutation, change: Input): Promise<string> {
    for (const attempt of (await MUTATIONS[field.name]?.(world)) ?? []) {
      for (const persona of attempt.isSilent ? [] : likeliestFirst(field)) {
        const input = { ...(await most(field, { ...(await attempt.input(persona)) }, world, persona)), ...change };
        const before = await snapshot();
        const { payload } = await done(field, input, persona);
        if (!payload) continue;
        answered.set(field.name, persona);
        const rows = differenceOf(before, await snapshot(), new Texts(clock.now(), names));
        const [error] = payload.userErrors;
        return [`${error?.code} ${error?.path?.join('.')}`, ...rows].join('; ');
      }
    }
    return 'nobody is told';
  }

  test('invalid: it is told with the field that it is in, and leaves nothing behind', async () => {
    const told: string[] = [];
    const expected: string[] = [];
    for (const field of mutations) {
      for (const coordinate of coordinatesOf(field)) {
        const name = coordinate.split('.')[1] ?? '';
        for (const [, code, value] of WRONG.filter(([wrong]) => wrong.test(name))) {
          expected.push(`${coordinate}: ${code} input.${name}`);
          told.push(`${coordinate}: ${await toldOf(field, { [name]: value })}`);
        }
      }
    }
    expect(told.length).toBeGreaterThan(80);
    expect(told).toEqual(expected);
  }, 240_000);

  test('ok: a reason and a description of 4096 characters are taken', async () => {
    const text = 'x'.repeat(4096);
    const isText = (one: string) => /\.(reason|description)$/.test(one);
    const told: string[] = [];
    for (const field of mutations.filter((one) => coordinatesOf(one).some(isText))) {
      const change = Object.fromEntries(
        coordinatesOf(field)
          .filter(isText)
          .map((one) => [one.split('.')[1], text]),
      );
      const [head = '', ...rows] = await leftBehind(field, likeliestFirst(field), (input) => ({ ...input, ...change }));
      if (!rows.some((row) => row.includes(new Texts(clock.now(), names).named(text)))) told.push(head);
    }
    expect(told).toEqual([]);
  }, 120_000);
});
