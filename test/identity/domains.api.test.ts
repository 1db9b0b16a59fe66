import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { identityDomain } from '../../src/identity/index.js';
import { makeRows, type Rows } from '../contract/personas/rows.js';
import { codeOf, startTestServer, type TestServer } from '../harness/server.js';
import { asking } from './asking.js';

const SYSTEM = { type: 'system' } as const;
const VIEWER = '{ viewer { roles } }';

let server: TestServer;
let rows: Rows;
let ask: ReturnType<typeof asking>;
let root: string;
beforeAll(async () => {
  server = await startTestServer();
  rows = await makeRows(server);
  ask = asking(server);
  root = (await server.token({ scope: SYSTEM, role: 'admin' })).token;
}, 60_000);
afterAll(() => server.close());

describe('Mutation.updateDomain', () => {
  test('ok: the system’s administrator renames a domain; forbidden: its manager and the domain’s administrator', async () => {
    const { token, domainId } = await ask.tenant('admin');
    const etag = await ask.etag('domain', domainId, root);
    const rename = (name: string, as: string) =>
      ask.send('updateDomain', 'domain { name }', { domain: { id: domainId }, etag, name }, as);
    const manager = await server.token({ scope: SYSTEM, role: 'manager' });
    for (const refused of [await rename('x', token), await rename('x', manager.token)]) {
      expect(refused.code).toBe('FORBIDDEN');
    }
    expect((await rename('renamed', root)).made.domain).toEqual({ name: 'renamed' });
    expect((await rename('again', root)).errors[0]).toMatch(/^STALE_ETAG/);
  });
});

describe('Mutation.deleteDomain', () => {
  const remove = async (id: string, token: string) =>
    ask.send('deleteDomain', 'domainId', { domain: { id }, etag: await ask.etag('domain', id, root) }, token);

  test('refused: one that owns things, with counts by kind, those of other domains of the graph too', async () => {
    const { domainId } = await ask.tenant();
    const project = await server.project(domainId);
    await server.project(domainId);
    await rows.agent(project, 'PENDING');
    await rows.allowlist({ type: 'domain', domainId });
    await ask.group(domainId);
    const { errors } = await remove(domainId, root);
    expect(errors).toEqual(['IN_USE domain: The domain still owns 2 projects, 1 user, 1 group, 1 agent, 1 allowlist.']);
  });

  test('refused: one that owns what a domain of the graph has that this server does not serve', async () => {
    const alone = await startTestServer({ app: { domains: [identityDomain] } });
    try {
      const domainId = await alone.domain();
      await (await makeRows(alone)).allowlist({ type: 'domain', domainId });
      const { token } = await alone.token({ scope: SYSTEM, role: 'admin' });
      const { send, etag } = asking(alone);
      const input = { domain: { id: domainId }, etag: await etag('domain', domainId, token) };
      const { errors } = await send('deleteDomain', 'domainId', input, token);
      expect(errors).toEqual(['IN_USE domain: The domain still owns 1 allowlist.']);
    } finally {
      await alone.close();
    }
  });

  test('ok: an empty one goes, with the roles of others on it, their tokens and their API credentials', async () => {
    const domainId = await server.domain();
    const scope = { type: 'domain', domainId } as const;
    const userId = await server.user(await server.defaultDomainId());
    const chief = await server.token({ scope, role: 'admin', userId });
    await ask.credential(userId, scope);
    const { made, requestId } = await remove(domainId, root);
    expect(made.domainId).toBe(domainId);
    expect(codeOf(await server.graphql(VIEWER, {}, chief.token))).toBe('UNAUTHENTICATED');
    const removed = { roleAssignments: 1, tokens: 1, apiCredentials: 1 };
    expect(await ask.entriesOf(requestId)).toMatchObject([{ action: 'DOMAIN_DELETED', details: { removed } }]);
    expect(
      codeOf(await server.graphql('query ($id: ID!) { domain(ref: { id: $id }) { id } }', { id: domainId }, root)),
    ).toBe('NOT_FOUND');
  });

  test('forbidden: by an administrator of the domain', async () => {
    const { domainId, token } = await ask.tenant('admin');
    expect((await remove(domainId, token)).code).toBe('FORBIDDEN');
  });
});
