import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Json, startTestServer, type TestServer } from '../harness/server.js';

const ROUNDS = 10;
/** The query of a list, and the table that its statement reads. */
const LISTS = {
  agents: [
    'agents',
    'query ($names: [String!]) { page: agents(filter: { names: $names }) { nodes { id name createdAt } } }',
  ],
  'agents with their lists': [
    'agents',
    'query ($names: [String!]) { page: agents(filter: { names: $names }) { nodes { id name allowlist { name } } } }',
  ],
  allowlists: ['allowlists', 'query { page: allowlists(first: 10) { nodes { id name createdAt } } }'],
  tokens: ['tokens', 'query { page: tokens(first: 10) { nodes { id createdAt } } }'],
} as const;

const sent: { readonly text: string; readonly values: readonly unknown[] }[] = [];
let server: TestServer;
/** Readers of two projects that have objects of the same names. */
const callers: { readonly token: string; readonly ids: ReadonlySet<string> }[] = [];
beforeAll(async () => {
  server = await startTestServer({ statements: { logQuery: (text, values) => void sent.push({ text, values }) } });
  const domain = await server.domain();
  for (let count = 0; count < 2; count += 1) {
    const scope = await server.project(domain);
    const { token } = await server.token({ scope, role: 'manager' });
    const { body } = await server.graphql(
      `mutation ($input: CreateAllowlistInput!) { createAllowlist(input: $input) { allowlist { id } } }`,
      { input: { name: 'same', tpmPolicy: '{}' } },
      token,
    );
    const allowlistId = body.data.createAllowlist.allowlist.id;
    const agents = [];
    for (const name of ['one', 'other']) agents.push(await server.agent(scope, { name, record: { allowlistId } }));
    callers.push({ token, ids: new Set([allowlistId, ...agents]) });
  }
}, 60_000);
afterAll(() => server.close());

/** Both callers ask at once, in turns: the page of each request, and the statements that read them. */
async function inTurns(table: string, query: string) {
  sent.length = 0;
  const variables = { names: ['one', 'other'] };
  const asked = await Promise.all(
    Array.from({ length: ROUNDS * callers.length }, async (_, at) => {
      const caller = callers[at % callers.length] as (typeof callers)[number];
      const { body } = await server.graphql(query, variables, caller.token);
      expect(body.errors).toBeUndefined();
      return { caller, nodes: body.data.page.nodes as Json[] };
    }),
  );
  const lists = sent.filter(({ text }) => text.includes(` from "${table}"`) && text.includes('order by'));
  return { asked, lists };
}

describe('two callers whose rights have one structure', () => {
  test.each(Object.entries(LISTS))(
    'hidden: the rows of the other, in %s, whose statement is the same',
    async (name, [table, query]) => {
      // From the third time on, the text is prepared.
      await inTurns(table, query);
      const before = server.database.sent('prepared');
      const { asked, lists } = await inTurns(table, query);
      for (const { caller, nodes } of asked) {
        expect(nodes.length).toBeGreaterThan(0);
        const ids = nodes.map(({ id }) => id);
        if (name !== 'tokens') expect(ids.every((id) => caller.ids.has(id))).toBe(true);
        const others = asked.filter((other) => other.caller !== caller).flatMap((other) => other.nodes);
        expect(others.filter(({ id }) => ids.includes(id))).toEqual([]);
      }
      expect(lists).toHaveLength(asked.length);
      expect(new Set(lists.map(({ text }) => text)).size).toBe(1);
      for (const { values, text } of lists)
        for (const value of values) if (String(value).length > 3) expect(text).not.toContain(value);
      // With each list, its caller was looked up.
      if (server.database.engine === 'postgres')
        expect(server.database.sent('prepared') - before).toBeGreaterThanOrEqual(2 * asked.length);
    },
  );
});
