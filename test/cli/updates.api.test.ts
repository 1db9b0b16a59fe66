import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { startTestServer, type TestServer } from '../harness/server.js';
import { type Outcome, runCli } from './run-cli.js';

const PCRS = `{"0": ["${'0'.repeat(64)}"]}`;
let server: TestServer;
let ofDomain: string;
let ofProject: string;
beforeAll(async () => {
  server = await startTestServer();
  const domainId = await server.domain('acme');
  ofDomain = (await server.token({ scope: { type: 'domain', domainId }, role: 'manager' })).token;
  ofProject = (await server.token({ scope: await server.project(domainId, 'web'), role: 'manager' })).token;
}, 60_000);
afterAll(() => server.close());
beforeEach(() => {
  vi.stubEnv('BAILIWICK_SERVER', server.url);
  vi.stubEnv('BAILIWICK_HOME', '/nowhere');
});
afterEach(() => vi.unstubAllEnvs());

const as =
  (token: () => string) =>
  (...argv: string[]): Promise<Outcome> => {
    vi.stubEnv('BAILIWICK_TOKEN', token());
    return runCli(...argv);
  };
const domain = as(() => ofDomain);
const project = as(() => ofProject);

const send = async (query: string, input: object, token: string) => {
  const { body } = await server.graphql(query, { input }, token);
  expect(body.errors).toBeUndefined();
};

describe('what update changes', () => {
  test('ok: the display name and the e-mail address of a user, which an empty text clears', async () => {
    await server.user(await idOf('acme'), 'zoe');
    const contact = ['--display-name', 'Zoë Quist', '--email', 'zoe@example.org'];
    expect((await domain('user', 'update', 'zoe', ...contact)).out).toMatch(
      /Display name +Zoë Quist\nEmail +zoe@example.org\n/,
    );
    expect((await domain('user', 'list', '--columns', 'name,email')).out).toMatch(/zoe +zoe@example.org/);
    await domain('user', 'update', 'zoe', '--email', '');
    expect((await domain('user', 'show', 'zoe')).out).toMatch(/Display name +Zoë Quist\nEmail +-\n/);
    const refused = await domain('user', 'update', 'zoe', '--email', 'nowhere');
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('INVALID at email: An e-mail address')]);
  });

  test('ok: the name and the external id of an agent', async () => {
    const create = 'mutation ($input: CreateAgentInput!) { createAgent(input: $input) { agent { id } } }';
    await send(create, { name: 'web-1', externalId: 'rack-1' }, ofProject);
    const changed = await project('agent', 'update', 'web-1', '--name', 'web-2', '--external-id', 'rack-2');
    expect(changed.out).toMatch(/Name +web-2\n/);
    expect(changed.out).toMatch(/External id +rack-2\n/);
    expect((await project('agent', 'update', 'web-2', '--external-id', '')).out).toMatch(/External id +-\n/);
    expect((await project('agent', 'show', 'web-1')).code).toBe(4);
  });

  test('ok: the name and the description of an allowlist', async () => {
    const create = 'mutation ($input: CreateAllowlistInput!) { createAllowlist(input: $input) { allowlist { id } } }';
    await send(create, { name: 'web', tpmPolicy: PCRS }, ofProject);
    const changed = await project('allowlist', 'update', 'web', '--name', 'web-old', '--description', 'Until May.');
    expect(changed.out).toMatch(/Name +web-old\n/);
    expect((await project('allowlist', 'update', 'web-old', '--description', '')).out).toMatch(/Description +-\n/);
  });

  test('usage: an update that names nothing to change', async () => {
    expect((await project('agent', 'update', 'web-2')).code).toBe(2);
    expect((await project('allowlist', 'update', 'web-old')).code).toBe(2);
  });
});

/** The id of a domain that the manager reads. */
async function idOf(name: string): Promise<string> {
  const { body } = await server.graphql(
    'query ($name: String) { domain(ref: { name: $name }) { id } }',
    { name },
    ofDomain,
  );
  return body.data.domain.id;
}
