import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DOMAINS } from '../../src/domains.js';
import { buildSchema } from '../../src/server/graphql/schema.js';
import { type Answer, startTestServer, type TestServer } from '../harness/server.js';
import { Documents } from './document-cases.js';
import { Tally, walk } from './walk.js';

const WHOLE = 20_000;
/** In the name of everything that no caller here may read. */
const MARKER = 'of-another-tenant';
const CREATE_AGENT = 'mutation ($name: String!) { createAgent(input: { name: $name }) { agent { id } } }';
const CREATE_LIST = `mutation ($name: String!) { createAllowlist(input: { name: $name, tpmPolicy: "{\\"0\\": [\\"${'0'.repeat(64)}\\"]}" }) {
  allowlist { id } } }`;

let server: TestServer;
let documents: Documents;
const callers: (string | undefined)[] = [undefined];

/** A project with one of everything; answers the ids, and a reader's and an agent's token. */
async function tenant(name: string) {
  const domainId = await server.domain(name);
  const project = await server.project(domainId, `${name}-project`);
  const userId = await server.user(domainId, `${name}-user`);
  const member = await server.token({ scope: project, role: 'member' });
  const make = async (query: string) =>
    (await server.graphql(query, { name: `${name}-thing` }, member.token)).body.data;
  const agentId: string = (await make(CREATE_AGENT)).createAgent.agent.id;
  const listId: string = (await make(CREATE_LIST)).createAllowlist.allowlist.id;
  const reader = await server.token({ scope: project, role: 'reader' });
  const ids = [domainId, project.projectId, userId, agentId, listId];
  return { ids, tokens: [reader.token, await server.agentToken(agentId)] };
}

beforeAll(async () => {
  server = await startTestServer();
  const [own, other] = [await tenant('own'), await tenant(MARKER)];
  const unscoped = await server.token({ scope: { type: 'unscoped' } });
  callers.push(...own.tokens, ...own.tokens, unscoped.token);
  documents = new Documents(buildSchema(DOMAINS), [...own.ids, ...other.ids, 'agt_x', '', 'usr_00000000']);
});
afterAll(() => server.close());

/** @throws Error for an answer that nobody may get. */
function requireHarmless({ status, body, comparable }: Answer, isAnonymous: boolean): void {
  const codes: string[] = (body.errors ?? []).map((error: Answer['body']) => error.extensions?.code);
  if (status >= 500 || codes.includes('INTERNAL_SERVER_ERROR')) throw new Error(`failed: ${status} ${comparable}`);
  if (comparable.includes(MARKER)) throw new Error(`another tenant's data: ${comparable}`);
  if (/node_modules|\.[jt]s:\d|select .+ from/i.test(comparable)) throw new Error(`internals: ${comparable}`);
  if (isAnonymous && status !== 401 && /"__schema"|Did you mean/.test(comparable)) throw new Error('the schema');
}

describe('GraphQL documents', () => {
  test('hidden: no document fails inside, or shows what is another tenant’s', async () => {
    const tally = new Tally('documents');
    const total = await walk(WHOLE, async (random) => {
      const [document, token] = [documents.make(random), random.pick(callers)];
      const answer = await server.graphql(document, {}, token);
      try {
        requireHarmless(answer, token === undefined);
      } catch (error) {
        throw new Error(`${(error as Error).message} for ${document}`);
      }
      tally.add(`${token === undefined ? 'anonymous' : 'authenticated'} ${answer.status}`);
      const errors: Answer['body'][] = answer.body.errors ?? [];
      for (const code of new Set(errors.map(({ extensions }) => extensions.code))) tally.add(code);
      if (errors.length === 0) tally.add('answered without an error');
    });
    tally.print(total);
    for (const outcome of ['answered without an error', 'anonymous 401', 'FORBIDDEN', 'BAD_USER_INPUT'])
      expect(tally.of(outcome), outcome).toBeGreaterThan(0);
  });
});
