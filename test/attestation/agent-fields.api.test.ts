import { getNamedType, isLeafType, isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allowlistRevisions, allowlists } from '../../src/attestation/allowlists/tables.js';
import { attestationRecords } from '../../src/attestation/records/tables.js';
import { DOMAINS } from '../../src/domains.js';
import { agents } from '../../src/identity/agents/tables.js';
import { newId } from '../../src/platform/ids.js';
import { buildSchema } from '../../src/server/graphql/schema.js';
import { asIds } from '../harness/ids.js';
import { startTestServer, type TestServer } from '../harness/server.js';

const AGENT = buildSchema(DOMAINS).getType('Agent');
const FIELDS = isObjectType(AGENT) ? Object.values(AGENT.getFields()) : [];

let server: TestServer;
let token: string;
let id: string;
beforeAll(async () => {
  server = await startTestServer();
  const scope = await server.project(await server.defaultDomainId());
  ({ token } = await server.token({ scope, role: 'reader' }));
  id = await fullAgent(server, scope);
});
afterAll(() => server.close());

/** An agent with something in every column that is told. */
async function fullAgent({ services: { db } }: TestServer, scope: { domainId: string; projectId: string }) {
  const { domainId, projectId } = scope;
  const agent = newId('Agent');
  const list = newId('Allowlist');
  const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute, 0, 123));
  const owned = { domainId, projectId, createdAt: at(1) };
  const revision = { id: newId('AllowlistRevision'), allowlistId: list, number: 1, imaExcludes: [], createdBy: 'x' };
  const heading = { id: list, ownerType: 'PROJECT' as const, name: 'list', currentRevisionId: revision.id, version: 1 };
  await db.insert(allowlists).values(asIds({ ...heading, ...owned, updatedAt: at(2) }));
  await db.insert(allowlistRevisions).values({ ...revision, createdAt: at(1), tpmPolicy: '{}' });
  const trust = { trustState: 'TRUSTED', trustedUntil: new Date(Date.now() + 60_000) };
  const named = { id: agent, kind: 'MACHINE' as const, name: 'm', externalId: 'rack-1', createdBy: 'x' };
  await db.insert(agents).values(asIds({ ...named, ...owned, ...trust }));
  const times = { firstAcceptedAt: at(3), lastAcceptedAt: at(4), lastRejectedAt: at(5) };
  await db.insert(attestationRecords).values({
    agentId: agent,
    ...asIds({ domainId, projectId }),
    tpmKind: 'VIRTUAL',
    allowlistId: list,
    isLiving: true,
    acceptedCount: 7,
    rejectedCount: 2,
    ...times,
    lastSeverity: 'fatal',
  });
  return agent;
}

describe('Query.agents', () => {
  test.each(FIELDS.map((field) => [field.name, field] as const))(
    'same: %s, asked for alone, is told as by Query.agent',
    async (name, field) => {
      const asked = isLeafType(getNamedType(field.type)) ? name : `${name} { __typename }`;
      const listed = await server.graphql(`{ agents(first: 5) { nodes { ${asked} } } }`, {}, token);
      const single = await server.graphql(`{ agent(ref: { id: "${id}" }) { ${asked} } }`, {}, token);
      expect(single.body.errors).toBeUndefined();
      expect(listed.body.data).toEqual({ agents: { nodes: [single.body.data.agent] } });
      if (name !== 'lastResult') expect(single.body.data.agent[name]).not.toBeNull();
    },
  );

  test('same: every field at once, through a fragment and under other names', async () => {
    const all = FIELDS.map((field) =>
      isLeafType(getNamedType(field.type)) ? `x_${field.name}: ${field.name}` : `${field.name} { __typename }`,
    );
    const fragment = `fragment All on Agent { ${all.join(' ')} }`;
    const listed = await server.graphql(`{ agents(first: 5) { edges { node { ...All } } } } ${fragment}`, {}, token);
    const single = await server.graphql(`{ agent(ref: { id: "${id}" }) { ...All } } ${fragment}`, {}, token);
    expect(listed.body.data).toEqual({ agents: { edges: [{ node: single.body.data.agent }] } });
  });
});
