import { isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DOMAINS } from '../../src/domains.js';
import { buildSchema } from '../../src/server/graphql/schema.js';
import { type Json, startTestServer, type TestServer } from '../harness/server.js';
import { elementAt, everyList, type InputList, listsOf, pagesOf, selectionOf, withAt } from './bounds/inputs.js';
import type { Things } from './personas/fixture.js';
import { DOORS, MUTATIONS, sharedThings } from './personas/fixtures.js';
import { makePersonas, type Persona } from './personas/personas.js';
import { makeWorld, type World } from './personas/world.js';

/** How many values a list has at most, where that is not what most have. */
const BOUND = 1000;
const OTHER_BOUNDS: Readonly<Record<string, number>> = {
  'PreviewPolicyChangeInput.overrides': 500,
  'SetPolicyOverridesInput.overrides': 500,
  'SetPolicyCandidateInput.overrides': 500,
  'NodeFilter.labels': 10,
  'ReportNodeFactsInput.addresses': 64,
  'CreateNodeInput.tenants': 100,
  'SetNodeTenantsInput.tenants': 100,
  'CreateJoinTokenInput.tenants': 100,
};
const schema = buildSchema(DOMAINS);
const TYPES_THAT_TELL = Object.values(schema.getTypeMap()).flatMap((type) =>
  isObjectType(type) && type.getFields().viewerCan ? [type.name] : [],
);

/** Lists that are not tried here, and why. */
const UNBOUNDED: Readonly<Record<string, string>> = {
  'Query._entities.representations': 'each is priced, and the cost of an operation is bounded',
  ...Object.fromEntries(
    ['Viewer.can', ...TYPES_THAT_TELL.map((type) => `${type}.viewerCan`)].map((field) => [
      `${field}.operations`,
      'it is below an object: test/authority/viewer-can.api.test.ts',
    ]),
  ),
};
/** What an input needs beside its list, by the field that it is given in; for a mutation its fixture has it. */
const BESIDE = { imaPolicy: { content: `${'0'.repeat(64)}  /usr/bin/true\n` } };
/** What queries need beside a list: other arguments, and other fields of the input that has it. */
const BESIDE_LIST: Readonly<Record<string, { readonly asked?: string; readonly input?: object }>> = {
  trustChanges: { asked: ', since: "2026-01-01T00:00:00Z", until: "2026-01-02T00:00:00Z"' },
  auditCounts: { input: { since: '2026-01-01T00:00:00Z', until: '2026-01-02T00:00:00Z' } },
};
/** What fields need beside a page. */
const BESIDE_PAGE: Readonly<Record<string, (world: World) => string>> = {
  whoCan: ({ projects }) => `, policy: "project:get", targetId: "${projects.own.projectId}"`,
};

const lists = listsOf(schema).filter(({ coordinate }) => !(coordinate in UNBOUNDED));
const pages = pagesOf(schema);

let server: TestServer;
let world: World;
let personas: readonly Persona[];
let things: Things;
beforeAll(async () => {
  server = await startTestServer();
  world = await makeWorld(server);
  personas = (await makePersonas(world)).filter(({ token }) => token !== undefined);
  things = await sharedThings(world);
}, 240_000);
afterAll(() => server.close());

/** What somebody is told who gives a list so many values: every message of the answer. */
async function messages(list: InputList, length: number, persona: Persona): Promise<string> {
  const { operation, field, argument, path, element } = list;
  const values = Array.from({ length }, (_, place) => elementAt(element, place));
  const [attempt] = operation === 'mutation' ? ((await MUTATIONS[field.name]?.(world)) ?? []) : [];
  const beside = BESIDE_LIST[field.name];
  const base = (await attempt?.input(persona)) ?? beside?.input ?? {};
  const value = path.length === 0 ? values : withAt(base, path, values, BESIDE);
  const query = `${operation} ($value: ${argument.type}) {
    told: ${field.name}(${argument.name}: $value${beside?.asked ?? ''}) ${selectionOf(field)} }`;
  const body = await answerTo(operation, { query, variables: { value } }, persona);
  const errors: Json[] = [...(body.errors ?? []), ...(body.data?.told?.userErrors ?? [])];
  return errors.map(({ message }) => message).join('\n');
}

async function answerTo(operation: string, body: object, { token }: Persona): Promise<Json> {
  const isStream = operation === 'subscription';
  const stop = new AbortController();
  const response = await fetch(`${server.url}/graphql${isStream ? '/stream' : ''}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
    signal: stop.signal,
  });
  // A stream that is open has refused nothing.
  const answer = isStream && response.ok ? {} : await response.json();
  stop.abort();
  return answer;
}

describe('a list of values', () => {
  test('ok: all that the schema takes are tried, and those that are left out exist', () => {
    expect(lists.length).toBeGreaterThan(35);
    const tried = new Set(lists.map(({ coordinate }) => coordinate));
    const every = everyList(schema);
    expect(every.filter((coordinate) => !tried.has(coordinate)).sort()).toEqual(Object.keys(UNBOUNDED).sort());
    expect(Object.keys(OTHER_BOUNDS).filter((coordinate) => !tried.has(coordinate))).toEqual([]);
  });

  test.each(lists.map((list) => [list.field.name, list.coordinate, list] as const))(
    'invalid: %s with one value too many in %s, and not with one less',
    async (_field, coordinate, list) => {
      const bound = OTHER_BOUNDS[coordinate] ?? BOUND;
      const isTold = new RegExp(`\\b${bound}\\b`);
      // Some may not do this at all, and are told that instead.
      let told: Persona | undefined;
      for (const persona of personas)
        if (isTold.test(await messages(list, bound + 1, persona))) {
          told = persona;
          break;
        }
      if (told === undefined) throw new Error('nobody is told of a bound');
      expect(await messages(list, bound, told)).not.toMatch(isTold);
    },
    60_000,
  );
});

describe('a page', () => {
  /** The ways to ask for a page: of a field of an object, each that there is. */
  function asksFor({ type, field }: (typeof pages)[number], first: number): string[] {
    const others = BESIDE_PAGE[field.name]?.(world) ?? '';
    const asked = `${field.name}(first: ${first}${others}) { pageInfo { hasNextPage } }`;
    if (type === 'Query') return [asked];
    if (type === 'Viewer') return [`viewer { ${asked} }`];
    const door = DOORS[type]?.byId;
    return door ? (things[type] ?? []).map((thing) => door.ask(thing, asked)) : [];
  }

  /** The first way that somebody may go: who, and its place among the ways. */
  async function allowed(page: (typeof pages)[number]): Promise<readonly [Persona, number]> {
    for (const persona of personas)
      for (const [index, field] of asksFor(page, 1).entries()) {
        const { body } = await server.graphql(`{ told: ${field} }`, {}, persona.token);
        if (!body.errors && body.data.told !== null) return [persona, index];
      }
    throw new Error(`nobody gets a page of ${page.type}.${page.field.name}`);
  }

  test('ok: all that the schema has are tried', () => expect(pages.length).toBeGreaterThan(15));

  test.each(pages.map((page) => [`${page.type}.${page.field.name}`, page] as const))(
    'invalid: of %s with no objects, fewer, and one too many',
    async (_name, page) => {
      const [{ token }, index] = await allowed(page);
      for (const first of [0, -1, 201]) {
        const { body } = await server.graphql(`{ told: ${asksFor(page, first)[index]} }`, {}, token);
        const [error] = body.errors ?? [];
        expect(error?.extensions, String(first)).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'first' });
      }
      const { body } = await server.graphql(`{ told: ${asksFor(page, 200)[index]} }`, {}, token);
      expect(body.errors?.[0]?.extensions.argument).toBeUndefined();
    },
    60_000,
  );
});
