import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listAllowlists } from '../../src/attestation/allowlists/index.js';
import { countAgents } from '../../src/attestation/records/counts.js';
import { listAgents } from '../../src/attestation/records/list.js';
import type { Context } from '../../src/authority/index.js';
import { contextOf } from '../harness/context.js';
import { startTestServer, type TestServer } from '../harness/server.js';

/** Questions about all that a caller may read, asked as the resolver does when the guard of the field let it pass. */
const QUESTIONS: Readonly<Record<string, (context: Context) => Promise<unknown>>> = {
  listAgents: (context) => listAgents(context, {}, new Set(['id'])),
  countAgents: (context) => countAgents(context, {}),
  listAllowlists: (context) => listAllowlists(context, {}),
};

let server: TestServer;
let [reader, nobody]: Context[] = [];
beforeAll(async () => {
  server = await startTestServer();
  const scope = await server.project(await server.defaultDomainId());
  reader = await contextOf(server, (await server.token({ scope, role: 'reader' })).token);
  nobody = await contextOf(server, (await server.token({ scope })).token);
});
afterAll(() => server.close());

describe.each(Object.entries(QUESTIONS))('%s, without the guard of its field', (_name, ask) => {
  test('ok: a reader has its answer', async () => {
    expect(await ask(reader as Context)).toBeDefined();
  });

  test('forbidden: who may read nothing is refused, and not answered with an empty page', async () => {
    await expect(ask(nobody as Context)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});
