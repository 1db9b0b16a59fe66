import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { codeOf, type Json, startTestServer, type TestServer } from '../harness/server.js';
import { asking } from './asking.js';

const MEMBERS =
  '{ groups(first: 4) { nodes { id below: members(first: 2) { nodes { id } totalCount pageInfo { hasNextPage } } } } }';
const GROUPS =
  '{ users(first: 4) { nodes { id below: groups(first: 2) { nodes { id } totalCount pageInfo { hasNextPage } } } } }';

const statements: string[] = [];
let server: TestServer;
let token: string;
let foreign: string;
let users: string[];
let crowd: string;
let pair: string;
let nobody: string;
beforeAll(async () => {
  server = await startTestServer({ statements: { logQuery: (text) => void statements.push(text) } });
  const ask = asking(server);
  const home = await ask.tenant();
  token = home.token;
  users = [];
  for (let n = 0; n < 3; n += 1) users.push(await server.user(home.domainId));
  foreign = await server.user(await server.domain());
  crowd = await ask.group(home.domainId, undefined, [...users, foreign]);
  pair = await ask.group(home.domainId, undefined, users.slice(1));
  nobody = await ask.group(home.domainId);
}, 60_000);
afterAll(() => server.close());
beforeEach(() => {
  statements.length = 0;
});

/** What is below each object of a list: its ids, how many there are, whether others follow. */
async function below(query: string) {
  const { body } = await server.graphql(query, {}, token);
  expect(body.errors).toBeUndefined();
  expect(statements.filter((text) => text.includes('json_agg(page)'))).toHaveLength(1);
  const [{ nodes }] = Object.values(body.data) as [Json];
  return Object.fromEntries(
    nodes.map(({ id, below }: Json) => [
      id,
      [below.nodes.map((node: Json) => node.id), below.totalCount, below.pageInfo.hasNextPage],
    ]),
  );
}

describe('memberships below the objects of a list', () => {
  test('ok: the members of all groups are read in one statement, each group with its own', async () => {
    expect(await below(MEMBERS)).toEqual({
      [crowd]: [users.slice(0, 2), 3, true],
      [pair]: [users.slice(1), 2, false],
      [nobody]: [[], 0, false],
    });
  });

  test('ok: the groups of all users are read in one statement, each user with its own', async () => {
    const [first = '', second = '', third = ''] = users;
    expect(await below(GROUPS)).toMatchObject({
      [first]: [[crowd], 1, false],
      [second]: [[crowd, pair], 2, false],
      [third]: [[crowd, pair], 2, false],
    });
  });

  test('ok: pages of two sizes of one object, each as long as it was asked for', async () => {
    const query = `query ($id: ID) { group(ref: { id: $id }) {
      one: members(first: 1) { nodes { id } } all: members { nodes { id } } } }`;
    const { one, all } = (await server.graphql(query, { id: crowd }, token)).body.data.group;
    expect([one.nodes.length, all.nodes.length]).toEqual([1, 3]);
  });

  test('hidden: members of another domain, below every object that they are in', async () => {
    const { token: auditor } = await server.token({ scope: { type: 'system' }, role: 'reader' });
    const query = '{ groups { nodes { id members { nodes { id } } } } }';
    const seenBy = async (who: string) => JSON.stringify((await server.graphql(query, {}, who)).body.data);
    expect(await seenBy(token)).not.toContain(foreign);
    expect(await seenBy(auditor)).toContain(foreign);
  });

  test('invalid: a page of a size that none has, and a cursor of another list', async () => {
    const query = `query ($first: Int, $after: String) {
      groups { nodes { members(first: $first, after: $after) { nodes { id } } } } }`;
    expect(codeOf(await server.graphql(query, { first: 201 }, token))).toBe('BAD_USER_INPUT');
    const after = Buffer.from('["name","x"]').toString('base64url');
    expect(codeOf(await server.graphql(query, { after }, token))).toBe('INVALID_CURSOR');
  });
});
