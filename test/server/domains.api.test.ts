import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { domainsNamed } from '../../src/domains.js';
import { codeOf, startTestServer, type TestServer } from '../harness/server.js';

const SDL = '{ _service { sdl } }';
const ENTITIES = `query ($representations: [_Any!]!) {
  _entities(representations: $representations) { ... on User { name } }
}`;

let identity: TestServer;
let attestation: TestServer;
let token: string;
beforeAll(async () => {
  identity = await startTestServer({ app: { domains: domainsNamed(['identity']) } });
  attestation = await startTestServer({ app: { domains: domainsNamed(['attestation']) } });
  const scope = { type: 'domain', domainId: await identity.defaultDomainId() } as const;
  token = (await identity.token({ scope, role: 'manager' })).token;
});
afterAll(() => Promise.all([identity.close(), attestation.close()]));

describe('a server of some domains', () => {
  test('ok: it is a subgraph of those domains', async () => {
    const { body } = await identity.graphql(SDL, {}, token);
    expect(body.data._service.sdl).toContain('createProject(');
    expect(body.data._service.sdl).not.toContain('createAllowlist(');
  });

  test('ok: it tells a router its entities', async () => {
    const id = await identity.user(await identity.defaultDomainId(), 'alice');
    const { body } = await identity.graphql(ENTITIES, { representations: [{ __typename: 'User', id }] }, token);
    expect(body.data._entities).toEqual([{ name: 'alice' }]);
  });

  test('hidden: an entity of another tenant looks like one that does not exist', async () => {
    const foreign = await identity.user(await identity.domain());
    const ids = [foreign, `usr_${randomUUID()}`];
    const representations = ids.map((id) => ({ __typename: 'User', id }));
    const { body } = await identity.graphql(ENTITIES, { representations }, token);
    expect(body).toEqual({ data: { _entities: [null, null] } });
  });

  test('anonymous: neither its schema nor its entities', async () => {
    const id = await identity.user(await identity.defaultDomainId());
    const entities = await identity.graphql(ENTITIES, { representations: [{ __typename: 'User', id }] });
    for (const answer of [await identity.graphql(SDL), entities]) {
      expect(codeOf(answer)).toBe('UNAUTHENTICATED');
      expect(answer.comparable).not.toMatch(/"sdl":"|"name"/);
    }
  });

  test.each([
    ['query', '{ agents { nodes { id } } }'],
    ['query', '{ auditEntries { nodes { id } } }'],
    ['mutation', 'mutation { createAllowlist(input: { name: "web" }) { allowlist { id } } }'],
  ])('invalid: a %s of a domain that is not served is unknown: %s', async (_kind, document) => {
    const answer = await identity.graphql(document, {}, token);
    expect([answer.status, codeOf(answer)]).toEqual([400, 'BAD_USER_INPUT']);
    expect(answer.body.errors[0].message).toMatch(/^Cannot query field "\w+" on type "(Query|Mutation)"/);
  });

  test('missing: a route of a domain that is not served, before anyone is asked who they are', async () => {
    const get = ({ url }: TestServer) => fetch(`${url}/allowlist-revisions/alr_${randomUUID()}/ima-policy`);
    expect([(await get(identity)).status, (await get(attestation)).status]).toEqual([404, 401]);
  });

  test('ok: a part tells its own fields of an object of another part', async () => {
    const scope = await attestation.project(await attestation.defaultDomainId());
    const id = await attestation.agent(scope, { name: 'machine' });
    const { token: reader } = await attestation.token({ scope, role: 'reader' });
    const query = `query ($of: [_Any!]!) {
      _entities(representations: $of) { ... on Project { agents { nodes { id } } } } }`;
    const foreign = await attestation.project(await attestation.domain());
    const of = [scope, foreign].map(({ projectId }) => ({ __typename: 'Project', id: projectId }));
    const { body } = await attestation.graphql(query, { of }, reader);
    expect(body).toEqual({ data: { _entities: [{ agents: { nodes: [{ id }] } }, null] } });
  });

  test('ok: another part knows its own operations, and not these', async () => {
    const scope = await attestation.project(await attestation.defaultDomainId());
    const { token: reader } = await attestation.token({ scope, role: 'reader' });
    expect((await attestation.graphql('{ agents { nodes { id } } }', {}, reader)).body.data.agents.nodes).toEqual([]);
    expect(codeOf(await attestation.graphql('{ viewer { kind } }', {}, reader))).toBe('BAD_USER_INPUT');
  });
});
