import { getNamedType, isInputObjectType, isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DOMAINS } from '../../src/domains.js';
import { buildSchema } from '../../src/server/graphql/schema.js';
import { type Json, startTestServer, type TestServer } from '../harness/server.js';

const PROJECTS = `query ($first: Int, $after: String, $filter: ProjectFilter, $orderBy: NamedOrder) {
  projects(first: $first, after: $after, filter: $filter, orderBy: $orderBy) {
    nodes { name } totalCount pageInfo { hasNextPage endCursor } } }`;

let server: TestServer;
let domainId: string;
let manager: string;

async function listed(variables: object, token = manager): Promise<Json> {
  const { body } = await server.graphql(PROJECTS, variables, token);
  expect(body.errors).toBeUndefined();
  const { nodes, ...page } = body.data.projects;
  return { ...page, names: nodes.map(({ name }: Json) => name) };
}

async function change(name: string, input: Json, fields: string, token = manager): Promise<Json> {
  const Type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
  const query = `mutation ($input: ${Type}!) { told: ${name}(input: $input) { ${fields} userErrors { code } } }`;
  const { body } = await server.graphql(query, { input }, token);
  expect([body.errors, body.data?.told.userErrors]).toEqual([undefined, []]);
  return body.data.told;
}

beforeAll(async () => {
  server = await startTestServer();
  domainId = await server.domain();
  manager = (await server.token({ scope: { type: 'domain', domainId }, role: 'manager' })).token;
  for (const name of ['web-2', 'Web-1', 'db', 'web-10', 'web%'])
    await change('createProject', { name }, 'project { id }');
  // Of another tenant.
  await server.project(await server.domain());
});
afterAll(() => server.close());

describe('a list of what has names', () => {
  test('ok: by the beginning of names, of which upper and lower case differ', async () => {
    expect((await listed({ filter: { nameStartsWith: 'web' } })).names).toEqual(['web%', 'web-10', 'web-2']);
    const descending = { field: 'NAME', direction: 'DESC' };
    expect((await listed({ filter: { nameStartsWith: 'web-' }, orderBy: descending })).names).toEqual([
      'web-2',
      'web-10',
    ]);
    expect((await listed({ filter: { nameStartsWith: 'Web' } })).names).toEqual(['Web-1']);
    expect((await listed({ filter: { nameStartsWith: 'web%' } })).names).toEqual(['web%']);
    expect((await listed({ filter: { nameStartsWith: 'web', names: ['db', 'web-2'] } })).names).toEqual(['web-2']);
    expect((await listed({ filter: { nameStartsWith: '' } })).names).toHaveLength(5);
  });

  test('invalid: by the beginning of names, in the order of creation', async () => {
    const orderBy = { field: 'CREATED_AT', direction: 'DESC' };
    const { body } = await server.graphql(PROJECTS, { filter: { nameStartsWith: 'web' }, orderBy }, manager);
    expect(body.errors[0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT', argument: 'orderBy' } });
  });

  test('ok: several names, and several domains, each row once and in order', async () => {
    const names = ['web-10', 'web-2', 'none', 'web-2', 'db'];
    expect((await listed({ filter: { names } })).names).toEqual(['web-2', 'db', 'web-10']);
    const orderBy = { field: 'NAME', direction: 'DESC' };
    expect((await listed({ first: 2, filter: { names }, orderBy })).names).toEqual(['web-2', 'web-10']);
  });

  test('ok: by name and by creation, both ways, page by page', async () => {
    const orderBy = { field: 'NAME', direction: 'ASC' };
    const sorted = ['Web-1', 'db', 'web%', 'web-10', 'web-2'];
    const first = await listed({ first: 3, orderBy });
    const second = await listed({ first: 3, orderBy, after: first.pageInfo.endCursor });
    expect([...first.names, ...second.names]).toEqual(sorted);
    expect([first.pageInfo.hasNextPage, second.pageInfo.hasNextPage]).toEqual([true, false]);
    expect((await listed({ orderBy: { ...orderBy, direction: 'DESC' } })).names).toEqual([...sorted].reverse());
    const latest = { field: 'CREATED_AT', direction: 'DESC' };
    expect((await listed({ orderBy: latest })).names).toEqual(['web%', 'web-10', 'db', 'Web-1', 'web-2']);
    const { body } = await server.graphql(PROJECTS, { orderBy: latest, after: first.pageInfo.endCursor }, manager);
    expect(body.errors[0].extensions.code).toBe('INVALID_CURSOR');
  });

  test('ok: the total is that of the filter on all pages, and of what the caller may read', async () => {
    expect(await listed({ first: 2 })).toMatchObject({ totalCount: 5 });
    const first = await listed({ first: 2, filter: { nameStartsWith: 'web' } });
    expect(first.totalCount).toBe(3);
    const rest = await listed({ filter: { nameStartsWith: 'web' }, after: first.pageInfo.endCursor });
    expect([rest.totalCount, rest.names]).toEqual([3, ['web-2']]);
    const stranger = await server.token({ scope: { type: 'domain', domainId: await server.domain() }, role: 'reader' });
    expect(await listed({}, stranger.token)).toMatchObject({ totalCount: 0, names: [] });
  });

  test('ok: roles by the beginning of their names in any case, which are in lower case', async () => {
    await change('createRole', { name: 'Watch-keeper' }, 'role { id }');
    const query = '{ roles(filter: { nameStartsWith: "WATCH" }) { nodes { name } totalCount } }';
    const { body } = await server.graphql(query, {}, manager);
    expect(body.data.roles).toEqual({ nodes: [{ name: 'watch-keeper' }], totalCount: 1 });
  });

  test('ok: members of a group and groups of a user are counted', async () => {
    const { group } = await change('createGroup', { name: 'crew' }, 'group { id }');
    const password = 'a password of a story';
    const { user } = await change('createUser', { name: 'ada', password }, 'user { id }');
    await change('addGroupMember', { group: { id: group.id }, user: { id: user.id } }, 'user { id }');
    const query = `query ($group: ID!, $user: ID!) {
      group(ref: { id: $group }) { members { totalCount } } user(ref: { id: $user }) { groups { totalCount } } }`;
    const { body } = await server.graphql(query, { group: group.id, user: user.id }, manager);
    expect(body.data).toEqual({ group: { members: { totalCount: 1 } }, user: { groups: { totalCount: 1 } } });
  });
});

describe('the lists of the schema', () => {
  const schema = buildSchema(DOMAINS);
  const lists = Object.values(schema.getQueryType()?.getFields() ?? {}).filter(({ args }) =>
    args.some(({ name }) => name === 'first'),
  );
  /** Of these nobody knows the number: the log grows meanwhile, and analysis asks round by round. */
  const UNCOUNTED = ['auditEntries', 'auditSeals', 'effectiveRoleAssignments', 'whoCan'];

  test('ok: each is counted, the audit log and access analysis aside, and answers its number', async () => {
    const pages = lists.map(({ name, type }) => ({ name, page: getNamedType(type) }));
    const isCounted = ({ page }: (typeof pages)[number]) => isObjectType(page) && 'totalCount' in page.getFields();
    expect(
      pages
        .filter((page) => !isCounted(page))
        .map(({ name }) => name)
        .sort(),
    ).toEqual(UNCOUNTED);
    for (const { name } of pages.filter(isCounted)) {
      const scope = ['agents'].includes(name) ? { type: 'domain', domainId } : { type: 'system' };
      const { token } = await server.token({ scope: scope as never, role: 'reader' });
      const { body } = await server.graphql(`{ ${name}(first: 200) { edges { cursor } totalCount } }`, {}, token);
      expect(body.errors, name).toBeUndefined();
      expect(body.data[name].totalCount, name).toBe(body.data[name].edges.length);
    }
  });

  test('ok: each that has names finds them by their beginning, and has an order', () => {
    const named = lists.filter(({ args }) => {
      const type = args.find(({ name }) => name === 'filter')?.type;
      return isInputObjectType(type) && 'names' in type.getFields();
    });
    expect(named.length).toBe(9);
    for (const { name, args } of named) {
      const type = args.find((argument) => argument.name === 'filter')?.type;
      expect(isInputObjectType(type) && Object.keys(type.getFields()), name).toContain('nameStartsWith');
      expect(
        args.map((argument) => argument.name),
        name,
      ).toContain('orderBy');
    }
  });
});
