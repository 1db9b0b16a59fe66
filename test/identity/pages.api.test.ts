import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Json, startTestServer, type TestServer } from '../harness/server.js';

const PAGE = 'edges { cursor node { __typename } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';
const LISTS = {
  users: `query ($first: Int, $after: String, $names: [String!]) {
    page: users(first: $first, after: $after, filter: { names: $names }) { ${PAGE} } }`,
  auditEntries: `query ($first: Int, $after: String, $names: [String!]) {
    page: auditEntries(first: $first, after: $after, filter: { actorNames: $names }) { ${PAGE} } }`,
  whoCan: `query ($first: Int, $after: String) {
    page: whoCan(policy: "user:create", scope: { domain: { name: "home" } }, first: $first, after: $after) { ${PAGE} } }`,
};

let server: TestServer;
let token: string;
beforeAll(async () => {
  server = await startTestServer();
  const domainId = await server.domain('home');
  const scope = { type: 'domain', domainId } as const;
  for (let n = 0; n < 2; n += 1) await server.token({ scope, role: 'manager', homeDomainId: domainId });
  token = (await server.token({ scope, role: 'manager', homeDomainId: domainId })).token;
  const query = 'mutation ($input: CreateGroupInput!) { createGroup(input: $input) { userErrors { code } } }';
  for (const name of ['one', 'two', 'three']) await server.graphql(query, { input: { name } }, token);
});
afterAll(() => server.close());

const page = async (list: keyof typeof LISTS, variables: object): Promise<Json> =>
  (await server.graphql(LISTS[list], variables, token)).body.data.page;

test.each(Object.keys(LISTS) as (keyof typeof LISTS)[])(
  'ok: a page of %s says where it begins and ends, and what is around it',
  async (list) => {
    const first = await page(list, { first: 2 });
    expect(first.edges).toHaveLength(2);
    expect(first.pageInfo).toEqual({
      hasNextPage: true,
      hasPreviousPage: false,
      startCursor: first.edges[0].cursor,
      endCursor: first.edges[1].cursor,
    });
    const last = await page(list, { first: 2, after: first.pageInfo.endCursor });
    expect(last.edges).toHaveLength(1);
    const { cursor } = last.edges[0];
    expect(last.pageInfo).toEqual({
      hasNextPage: false,
      hasPreviousPage: true,
      startCursor: cursor,
      endCursor: cursor,
    });
  },
);

test.each(['users', 'auditEntries'] as const)('ok: an empty page of %s has no cursors', async (list) => {
  const { pageInfo } = await page(list, { names: ['nothing'] });
  expect(pageInfo).toEqual({ hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null });
});
