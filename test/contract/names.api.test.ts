import { getNamedType, isEnumType, isInputObjectType, isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DOMAINS } from '../../src/domains.js';
import { insert } from '../../src/identity/overrides/repository.js';
import { buildSchema } from '../../src/server/graphql/schema.js';
import { openTestDatabase, openTestPostgres } from '../harness/engine.js';
import { codeOf, type Json, startTestServer, type TestServer } from '../harness/server.js';
import { byCodePoints, NAMES, NO_NAMES } from './names/texts.js';
import { MUTATIONS } from './personas/fixtures.js';
import { makePersonas, type Persona } from './personas/personas.js';
import { makeWorld, type World } from './personas/world.js';

/** What is listed by name, and created: `projects`, of `Project`. */
interface Kind {
  readonly list: string;
  readonly type: string;
}

const schema = buildSchema(DOMAINS);
const fieldsOf = (type: unknown) => (isObjectType(type) || isInputObjectType(type) ? type.getFields() : {});
const queries = Object.values(schema.getQueryType()?.getFields() ?? {});

/** Every list that can be filtered by names. */
const kinds: readonly Kind[] = queries.flatMap(({ name: list, type, args }) => {
  const filter = args.find(({ name }) => name === 'filter');
  const nodes = fieldsOf(getNamedType(type)).nodes;
  if (!filter || !nodes || !('names' in fieldsOf(getNamedType(filter.type)))) return [];
  return [{ list, type: getNamedType(nodes.type).name }];
});
/** Lists whose names are ASCII in lower case, so that there is little to confuse. */
const PLAIN = ['nodes', 'roles'];
const PLAIN_NAMES = ['a', 'a-b', 'a.b', 'a0', 'a_b', 'ab', 'b', 'b-', 'b_a', 'ba'];
const namesOf = ({ list }: Kind) => (PLAIN.includes(list) ? PLAIN_NAMES : NAMES);
const free = kinds.filter(({ list }) => !PLAIN.includes(list));

/** Lists that can be ordered by name. */
const ordered = queries.filter(({ args }) => {
  const by = args.find(({ name }) => name === 'orderBy');
  const field = by && fieldsOf(getNamedType(by.type)).field;
  const type = field && getNamedType(field.type);
  return isEnumType(type) && type.getValue('NAME') !== undefined;
});

let server: TestServer;
let world: World;
let makers: readonly Persona[];
beforeAll(async () => {
  // As most Postgres databases are made: by the rules of a language.
  const open = () =>
    process.env.TEST_ENGINE === 'postgres'
      ? openTestPostgres(undefined, undefined, { language: 'en-US' })
      : openTestDatabase();
  server = await startTestServer({ open });
  world = await makeWorld(server);
  const wanted = ['project admin', 'domain admin', 'system admin'];
  makers = (await makePersonas(world)).filter(({ name }) => wanted.includes(name));
}, 240_000);
afterAll(() => server.close());

const lowerFirst = (text: string) => `${text.charAt(0).toLowerCase()}${text.slice(1)}`;

/** Creates one as a persona: its code, of a refusal or a mistake, or null. */
async function create({ type }: Kind, name: string, persona: Persona): Promise<string | null> {
  const [attempt] = (await MUTATIONS[`create${type}`]?.(world)) ?? [];
  const input = { ...(await attempt?.input(persona)), name };
  const query = `mutation ($input: Create${type}Input!) {
    told: create${type}(input: $input) { made: ${lowerFirst(type)} { name } userErrors { code path } } }`;
  const answer = await server.graphql(query, { input }, persona.token);
  const { made, userErrors = [] }: Json = answer.body.data?.told ?? {};
  if (made) expect(made.name).toBe(name);
  return codeOf(answer) ?? userErrors.map(({ code, path }: Json) => `${code} ${path.join('.')}`)[0] ?? null;
}

/** Who may create one: the least of them. */
async function makerOf(kind: Kind): Promise<Persona> {
  for (const persona of makers) {
    const code = await create(kind, `made-by-${persona.name.replaceAll(' ', '-')}`, persona);
    if (code === null || code.startsWith('ALREADY_EXISTS')) return persona;
  }
  throw new Error(`nobody creates a ${kind.type}`);
}

async function found({ list, type }: Kind, names: readonly string[], { token }: Persona): Promise<string[]> {
  const query = `query ($filter: ${type}Filter) { told: ${list}(first: 200, filter: $filter) { nodes { name } } }`;
  const { body } = await server.graphql(query, { filter: { names } }, token);
  expect(body.errors).toBeUndefined();
  return body.data.told.nodes.map(({ name }: Json) => name);
}

describe('a name', () => {
  test('ok: everything with names is tried', () => {
    expect(kinds.length).toBeGreaterThan(7);
    expect(kinds.filter(({ type }) => !(`create${type}` in MUTATIONS))).toEqual([]);
    expect(kinds.filter(({ list }) => PLAIN.includes(list))).toHaveLength(PLAIN.length);
  });

  test.each(free.map((kind) => [kind.list, kind] as const))(
    'ok: %s with names that look alike are told apart, and found each by its own',
    async (_list, kind) => {
      const maker = await makerOf(kind);
      for (const name of NAMES) expect(await create(kind, name, maker), name).toBeNull();
      for (const name of NAMES) expect(await create(kind, name, maker), name).toBe('ALREADY_EXISTS input.name');
      for (const name of NAMES) expect(await found(kind, [name], maker)).toEqual([name]);
      expect((await found(kind, NAMES, maker)).sort()).toEqual([...NAMES].sort());
    },
    120_000,
  );

  test.each(kinds.map((kind) => [kind.list, kind] as const))(
    'invalid: %s with no names, which find nothing',
    async (_list, kind) => {
      const maker = await makerOf(kind);
      for (const name of NO_NAMES) expect(await create(kind, name, maker), name).toBe('INVALID input.name');
      for (const name of NO_NAMES) expect(await found(kind, [name], maker), name).toEqual([]);
    },
    60_000,
  );

  test.each(PLAIN)('conflict: %s whose names differ by case are one', async (list) => {
    const kind = kinds.find((one) => one.list === list) as Kind;
    const maker = await makerOf(kind);
    const made = async (name: string) => {
      const query = `mutation ($name: String!) { told: create${kind.type}(input: { name: $name }) {
        one: ${lowerFirst(kind.type)} { name } userErrors { code } } }`;
      const { one, userErrors } = (await server.graphql(query, { name }, maker.token)).body.data.told;
      return one?.name ?? userErrors[0].code;
    };
    expect(await made('Auditor')).toBe('auditor');
    for (const name of ['auditor', 'AUDITOR']) expect(await made(name)).toBe('ALREADY_EXISTS');
    for (const name of ['audítor', 'audi\u0301tor', 'auditör', 'ａuditor', 'audİtor', 'auditor😀'])
      expect(await made(name), name).toBe('INVALID');
    for (const name of ['AUDITOR', 'auditor']) expect(await found(kind, [name], maker)).toEqual(['auditor']);
  });
});

describe('an order by names', () => {
  test('ok: there is one', () => expect(ordered.length).toBeGreaterThan(0));

  test.each(ordered.map(({ name }) => name))('ok: %s come by code points, page by page, both ways', async (list) => {
    const kind = kinds.find((one) => one.list === list) as Kind;
    const maker = await makerOf(kind);
    const names = namesOf(kind);
    for (const name of names) await create(kind, name, maker);
    const query = `query ($after: String, $direction: OrderDirection!) {
      told: ${list}(first: 7, after: $after, filter: { names: ${JSON.stringify(names)} },
        orderBy: { field: NAME, direction: $direction }) { nodes { name } pageInfo { endCursor hasNextPage } } }`;
    const all = async (direction: string) => {
      const seen: string[] = [];
      for (let page: Json = { hasNextPage: true, endCursor: null }; page.hasNextPage; ) {
        const variables = { after: page.endCursor, direction };
        const { nodes, pageInfo } = (await server.graphql(query, variables, maker.token)).body.data.told;
        seen.push(...nodes.map(({ name }: Json) => name));
        page = pageInfo;
      }
      return seen;
    };
    const wanted = [...names].sort(byCodePoints);
    expect(await all('ASC')).toEqual(wanted);
    expect(await all('DESC')).toEqual(wanted.toReversed());
  });

  test('ok: the overrides of a revision', async () => {
    const names = ['role:list', 'role:get', 'role_assignment:list', 'attestation:begin', 'attestation_result:get'];
    const entries = names.map((name) => ({ name, check: 'role:admin' }));
    const row = { isCandidate: false, enforceNewDefaults: true, userId: null, reason: null, rolledBackTo: null };
    const { db, clock } = server.services;
    const { number } = await db.transaction((tx) => insert(tx, { ...row, createdAt: clock.now() }, entries));
    const query = 'query ($number: Int!) { policyRevision(number: $number) { overrides { name } } }';
    const { token } = await server.token({ scope: { type: 'system' }, role: 'admin' });
    const { body } = await server.graphql(query, { number }, token);
    expect(body.data.policyRevision.overrides.map(({ name }: Json) => name)).toEqual(names.sort(byCodePoints));
  });
});

/** What a driver makes of the halves of surrogate pairs among `NO_NAMES`. */
const REPLACED = NO_NAMES.filter((name) => /\p{Cs}/u.test(name)).map((name) => name.replaceAll(/\p{Cs}/gu, '\ufffd'));

async function ensure(kind: Kind, name: string, maker: Persona): Promise<void> {
  if ((await found(kind, [name], maker)).length === 0) expect(await create(kind, name, maker), name).toBeNull();
}

describe('what is referred to by its name', () => {
  test('ok: halves of surrogate pairs are among what is tried', () => expect(REPLACED).toContain('a\ufffdb'));

  const REFERENCES = {
    agent: ['agent', (name: string) => ({ name })],
    allowlist: ['allowlist', (name: string) => ({ name })],
  } as const;

  test.each(Object.entries(REFERENCES))(
    'hidden: an %s by a name that is nearly its own, or none',
    async (type, [query, ref]) => {
      const kind = kinds.find((one) => lowerFirst(one.type) === type) as Kind;
      const maker = makers.find(({ name }) => name === 'project admin') as Persona;
      for (const name of ['crème', ...REPLACED]) await ensure(kind, name, maker);
      const Ref = `${kind.type}Ref!`;
      const ask = (name: string) =>
        server.graphql(`query ($ref: ${Ref}) { told: ${query}(ref: $ref) { name } }`, { ref: ref(name) }, maker.token);
      expect((await ask('crème')).body.data.told.name).toBe('crème');
      for (const name of ['Crème', 'CRÈME', 'creme', 'cre\u0300me', 'crème ', ' crème', 'crème\0', ...NO_NAMES])
        expect(codeOf(await ask(name)), name).toBe('NOT_FOUND');
    },
  );

  test('hidden: a node by a name that is nearly its own, or none; ok: in any case', async () => {
    const kind = kinds.find(({ list }) => list === 'nodes') as Kind;
    const maker = await makerOf(kind);
    await ensure(kind, 'fillet', maker);
    const query = 'query ($name: String!) { told: node(ref: { name: $name }) { name } }';
    const ask = (name: string) => server.graphql(query, { name }, maker.token);
    for (const name of ['fillet', 'FILLET', 'Fillet']) expect((await ask(name)).body.data.told.name).toBe('fillet');
    for (const name of ['ﬁllet', 'fıllet', 'FİLLET', 'fillet ', ' fillet', 'fillet\0', ...NO_NAMES])
      expect(codeOf(await ask(name)), name).toBe('NOT_FOUND');
  });

  test.each(['domain', 'project', 'user', 'group'])('hidden: a %s by such a name', async (type) => {
    const Type = `${type.charAt(0).toUpperCase()}${type.slice(1)}`;
    const kind = kinds.find((one) => one.type === Type) as Kind;
    const maker = await makerOf({ ...kind });
    for (const name of ['crème', ...REPLACED]) await ensure(kind, name, maker);
    const query = `mutation ($input: Delete${Type}Input!) { told: delete${Type}(input: $input) { userErrors { code } } }`;
    const ask = async (name: string) => {
      const ref = type === 'domain' ? { name } : { inDomain: { name, domain: 'home' } };
      const answer = await server.graphql(query, { input: { [type]: ref, etag: 'another' } }, maker.token);
      return codeOf(answer) ?? answer.body.data.told.userErrors[0]?.code;
    };
    expect(await ask('crème')).toBe('STALE_ETAG');
    for (const name of ['Crème', 'CRÈME', 'creme', 'cre\u0300me', 'crème ', ' crème'])
      expect(await ask(name), name).toBe('NOT_FOUND');
    for (const name of NO_NAMES) expect(await ask(name), name).toBe('NOT_FOUND');
  });
});
