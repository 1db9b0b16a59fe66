import { isInputObjectType, isNonNullType } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DOMAINS } from '../../src/domains.js';
import { buildSchema } from '../../src/server/graphql/schema.js';
import { codeOf, startTestServer, type TestServer } from '../harness/server.js';

/** What policies compare rows by, and what the rows call it. */
const OWNERS = ['domain_id', 'domainId', 'project_id', 'projectId', 'user_id', 'userId', 'agent_id', 'created_by'];

let server: TestServer;
let domainId: string;
let away: string;
let token: string;
beforeAll(async () => {
  server = await startTestServer();
  domainId = await server.domain('home');
  away = await server.domain('away');
  ({ token } = await server.token({ scope: { type: 'domain', domainId }, role: 'admin' }));
});
afterAll(() => server.close());

const schema = buildSchema(DOMAINS);
const mutations = schema.getMutationType()?.getFields() ?? {};
const creates = Object.keys(mutations).filter((name) => name.startsWith('create'));

describe('the owner of what is made', () => {
  test('ok: every mutation that makes something is looked at', () => expect(creates.length).toBeGreaterThan(8));

  test.each(creates)('ok: %s has no input for it', (mutation) => {
    const [input] = mutations[mutation]?.args ?? [];
    const type = input && isNonNullType(input.type) ? input.type.ofType : undefined;
    if (!isInputObjectType(type)) throw new Error(`${mutation} has no input`);
    expect(Object.keys(type.getFields()).filter((name) => OWNERS.includes(name))).toEqual([]);
  });

  test.each(OWNERS)('refused: %s in an input, and nothing is made', async (name) => {
    const create = `mutation ($input: CreateGroupInput!) { createGroup(input: $input) { group { id } } }`;
    const answer = await server.graphql(create, { input: { name: `by ${name}`, [name]: away } }, token);
    expect(codeOf(answer)).toBe('BAD_USER_INPUT');
    const list = 'query ($names: [String!]) { groups(filter: { names: $names }) { nodes { id } } }';
    const { body } = await server.graphql(list, { names: [`by ${name}`] }, token);
    expect(body.data.groups.nodes).toEqual([]);
  });

  test('ok: it is the scope of the token', async () => {
    const create = 'mutation { createGroup(input: { name: "ours" }) { group { domain { id } } } }';
    const { body } = await server.graphql(create, {}, token);
    expect(body.data.createGroup.group.domain.id).toBe(domainId);
  });
});
