import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OutsideSession, outsideSession } from '../harness/outside-session.js';
import { codeOf, startTestServer, type TestServer } from '../harness/server.js';

const SHARED = { text: 'select epoch from authorization_epoch where id = 1 for share' };
const HELD_AT_MOST_MS = 20_000;
const CREATE = `mutation ($name: String!) {
  createProject(input: { name: $name }) { project { id } userErrors { message } } }`;

let server: TestServer;
let outside: OutsideSession;
beforeAll(async () => {
  server = await startTestServer();
  outside = await outsideSession(server.database);
});
afterAll(async () => {
  await outside.end();
  await server.close();
});

describe('a change while another shares the epoch', () => {
  test('ok: one that leaves rights as they are does not wait for it', async () => {
    const scope = { type: 'domain', domainId: await server.domain() } as const;
    const { token } = await server.token({ scope, role: 'admin' });
    const [answer, waiting] = await outside.whileHeld(SHARED, HELD_AT_MOST_MS, async () => [
      await server.graphql(CREATE, { name: 'beside' }, token),
      await outside.waiting(),
    ]);
    expect(codeOf(answer)).toBeUndefined();
    expect(answer.body.data.createProject).toEqual({ project: { id: expect.any(String) }, userErrors: [] });
    expect(waiting).toBe(0);
  });
});
