import { getNamedType, isInputObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DOMAINS } from '../../src/domains.js';
import { buildSchema } from '../../src/server/graphql/schema.js';
import { sealAll } from '../audit/chain.js';
import { asIds } from '../harness/ids.js';
import { type Json, startTestServer, type TestServer } from '../harness/server.js';
import { pagesOf } from './bounds/inputs.js';
import { attemptOnce, mutationsOf } from './personas/doing.js';
import type { Things } from './personas/fixture.js';
import { DOORS, MUTATIONS, sharedThings } from './personas/fixtures.js';
import { makePersonas, type Persona } from './personas/personas.js';
import { makeWorld, type World } from './personas/world.js';

/** What a node tells of what is filtered by: what to read, and the value in it. */
interface Told {
  readonly read: string;
  readonly of: (node: Json) => unknown;
}
const field = (name: string): Told => ({ read: name, of: (node) => node[name] });
const idOf = (name: string): Told => ({ read: `${name} { id }`, of: (node) => node[name]?.id });
const idIn = (name: string): Told => ({ read: `scope { ${name} { id } }`, of: (node) => node.scope[name]?.id });

/** By the list and the filter's field, or by the field alone. */
const TOLD: Readonly<Record<string, Told>> = {
  names: field('name'),
  externalIds: field('externalId'),
  states: field('state'),
  allowlistIds: idOf('allowlist'),
  projectIds: idOf('project'),
  domainIds: idOf('domain'),
  parentIds: idOf('parent'),
  userIds: idOf('user'),
  groupIds: idOf('group'),
  roles: field('role'),
  availabilities: field('availability'),
  addresses: field('address'),
  actions: field('action'),
  outcomes: field('outcome'),
  targetTypes: field('targetType'),
  targetIds: field('targetId'),
  actorIds: { read: 'actor { id }', of: (node) => node.actor.id },
  actorNames: { read: 'actor { name }', of: (node) => node.actor.name },
  'auditEntries.domainIds': field('domainId'),
  'auditEntries.projectIds': field('projectId'),
  'roleAssignments.projectIds': idIn('project'),
};
/** Filters that nothing of a node tells alone, and where they are tried. */
const LEFT: Readonly<Record<string, string>> = {
  'nodes.labels': 'a node has several: test/fleet/nodes.api.test.ts',
  'nodes.trustStates': 'as their agents are: test/fleet/nodes.api.test.ts',
  'nodes.readiness': 'as a job stored it: test/fleet/node-counts.api.test.ts',
  'roleAssignments.domainIds': 'and those on projects of the domain: test/identity/assignments.api.test.ts',
  'effectiveRoleAssignments.roles': 'implied ones too: test/identity/access-analysis',
  'effectiveRoleAssignments.userIds': 'test/identity/access-analysis',
};

const schema = buildSchema(DOMAINS);
const pages = pagesOf(schema);
const filters = pages
  .filter(({ type }) => type === 'Query')
  .flatMap(({ field: list }) => {
    const filter = getNamedType(list.args.find(({ name }) => name === 'filter')?.type);
    const fields = isInputObjectType(filter) ? Object.values(filter.getFields()) : [];
    return fields
      .filter(({ type }) => String(type).startsWith('['))
      .map(({ name, type }) => ({ list: list.name, name, type, filter: filter?.name }));
  });

let server: TestServer;
let world: World;
let personas: readonly Persona[];
let things: Things;
beforeAll(async () => {
  server = await startTestServer();
  world = await makeWorld(server);
  personas = (await makePersonas(world)).filter(({ token }) => token !== undefined);
  things = await sharedThings(world);
  await fill();
}, 240_000);
afterAll(() => server.close());

/** Two more of what callers make, so that each list is longer than a page; and what no attempt makes. */
async function fill(): Promise<void> {
  const { agents, projects, lists, rows } = world;
  await rows.result(agents.own.id, projects.own, lists.own.revisionId);
  const create = 'mutation ($input: CreateAgentInput!) { createAgent(input: $input) { userErrors { code } } }';
  const { token } = personas.find(({ name }) => name === 'project admin') as Persona;
  for (const externalId of ['one', 'two'])
    await server.graphql(create, { input: { name: externalId, externalId } }, token);
  const allowlist = { id: lists.own.id };
  const found = await server.graphql(`{ allowlist(ref: { id: "${allowlist.id}" }) { etag } }`, {}, token);
  const publish = `mutation ($input: PublishAllowlistRevisionInput!) {
    publishAllowlistRevision(input: $input) { userErrors { code } } }`;
  const { etag } = found.body.data.allowlist;
  await server.graphql(publish, { input: { allowlist, etag, tpmPolicy: `{"7": "${'0'.repeat(64)}"}` } }, token);
  // Whoever is bound to no scope may choose between those of all that it holds.
  const { principal } = personas.find(({ name }) => name === 'unscoped') as Persona;
  const roleId = await server.role('two-places', null);
  for (const project of [projects.own, projects.sibling])
    await server.give({
      ...asIds({ userId: principal?.id ?? '', projectId: project.projectId, domainId: project.domainId }),
      roleId,
    });
  const making = mutationsOf(schema).filter(({ name }) => /^(create|set|issue)/.test(name));
  for (const mutation of making)
    for (const persona of personas.filter(({ name }) => / admin$/.test(name)))
      for (const attempt of ((await MUTATIONS[mutation.name]?.(world)) ?? []).slice(0, 2))
        await attemptOnce(world, mutation, persona, new Map([[attempt, await attempt.input(persona)]]));
  await sealAll(server.services);
}

async function read(query: string, variables: object, { token }: Persona): Promise<Json> {
  const { body } = await server.graphql(query, variables, token);
  return body.errors ? null : body.data;
}

describe('every filter of every list', () => {
  test('ok: it is tried here, or elsewhere', () => {
    expect(filters.length).toBeGreaterThan(25);
    const isTried = (one: string, name: string) => one in TOLD || name in TOLD || one in LEFT;
    const untried = filters.filter(({ list, name }) => !isTried(`${list}.${name}`, name));
    expect(untried).toEqual([]);
    const every = new Set(filters.map(({ list, name }) => `${list}.${name}`));
    expect(Object.keys(LEFT).filter((one) => !every.has(one))).toEqual([]);
  });

  test.each(
    filters.filter(({ list, name }) => !(`${list}.${name}` in LEFT)).map((one) => [one.list, one.name, one] as const),
  )(
    'ok: %s by %s are those that tell the value, and all of them',
    async (_list, _name, { list, name, filter }) => {
      const told = TOLD[`${list}.${name}`] ?? (TOLD[name] as Told);
      const query = `query ($filter: ${filter}) { page: ${list}(first: 200, filter: $filter) { nodes { id ${told.read} } } }`;
      let tried = 0;
      for (const persona of personas) {
        const all: Json[] = (await read(query, { filter: null }, persona))?.page?.nodes ?? [];
        const values = [...new Set(all.map(told.of))].filter((value) => value != null);
        // One value that all have shows nothing.
        if (all.length < 2 || (values.length === 1 && all.every((node) => told.of(node) != null))) continue;
        for (const value of values.slice(0, 3)) {
          const found = (await read(query, { filter: { [name]: [value] } }, persona)).page.nodes;
          expect(found, `${persona.name}: ${value}`).toEqual(all.filter((node) => told.of(node) === value));
          tried += 1;
        }
        if (tried > 0) break;
      }
      expect(tried).toBeGreaterThan(0);
    },
    60_000,
  );
});

describe('every list, one object at a time', () => {
  /** What to ask for a page: of the whole, or of each object that has such a list. */
  function asksFor({ type, field: list }: (typeof pages)[number], page: string): string[] {
    const others = list.name === 'whoCan' ? `, policy: "project:get", targetId: "${world.projects.own.projectId}"` : '';
    const asked = `${list.name}(${page}${others}) { edges { cursor } pageInfo { hasNextPage endCursor } }`;
    if (type === 'Query') return [asked];
    if (type === 'Viewer') return [`viewer { ${asked} }`];
    const door = DOORS[type]?.byId;
    return door ? (things[type] ?? []).map((thing) => door.ask(thing, asked)) : [];
  }

  const pageIn = (data: Json, name: string): Json => data?.[name] ?? Object.values<Json>(data ?? {})[0]?.[name];

  async function walked(page: (typeof pages)[number], index: number, count: number, persona: Persona) {
    const cursors: string[] = [];
    let after = '';
    for (let n = 0; n <= count; n += 1) {
      const asked = `first: 1${after && `, after: ${JSON.stringify(after)}`}`;
      const { edges, pageInfo } = pageIn(
        await read(`{ ${asksFor(page, asked)[index]} }`, {}, persona),
        page.field.name,
      );
      cursors.push(...edges.map(({ cursor }: Json) => cursor));
      if (!pageInfo.hasNextPage) break;
      after = pageInfo.endCursor;
    }
    return cursors;
  }

  test.each(pages.map((page) => [`${page.type}.${page.field.name}`, page] as const))(
    'ok: %s comes in the same order, whole, and ends',
    async (name, page) => {
      for (const persona of personas)
        for (const [index, ask] of asksFor(page, 'first: 200').entries()) {
          const edges: Json[] = pageIn(await read(`{ ${ask} }`, {}, persona), page.field.name)?.edges ?? [];
          if (edges.length < 2) continue;
          const whole = edges.map(({ cursor }) => cursor);
          expect(new Set(whole).size).toBe(whole.length);
          expect(await walked(page, index, whole.length, persona)).toEqual(whole);
          return;
        }
      throw new Error(`nobody reads two objects of ${name}`);
    },
    60_000,
  );
});
