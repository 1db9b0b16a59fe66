import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Id } from '../../src/platform/ids.js';
import { codeOf, type Json, startTestServer, type TestServer } from '../harness/server.js';
import { EXPLAIN, WHO_CAN } from '../identity/access-analysis/story.js';

const BEGIN = 'mutation { beginAttestation { challenge { attestationId } } }';

let server: TestServer;
let reader: string;
let machine: Id<'Agent'>;
/** An agent of a kind that nothing creates: it has everything but the kind to attest. */
let unit: Id<'Agent'>;

beforeAll(async () => {
  server = await startTestServer();
  const domainId = await server.domain();
  const project = await server.project(domainId);
  reader = (await server.token({ scope: { type: 'domain', domainId }, role: 'reader' })).token;
  machine = await server.agent(project, { record: { isLiving: true }, trustState: 'PENDING' });
  unit = await server.agent(project, { record: { isLiving: true }, trustState: 'PENDING', name: 'UNIT', kind: 'UNIT' });
});
afterAll(() => server.close());

describe('an agent of a kind that a boundary does not name', () => {
  test('ok: it reads itself, where one boundary holds for every kind', async () => {
    const { body } = await server.graphql('{ viewer { agent { name state } } }', {}, await server.agentToken(unit));
    expect(body).toEqual({ data: { viewer: { agent: { name: 'UNIT', state: 'PENDING' } } } });
  });

  test('forbidden: it opens no challenge, and a machine does', async () => {
    const byUnit = await server.graphql(BEGIN, {}, await server.agentToken(unit));
    expect([codeOf(byUnit), byUnit.body.data]).toEqual(['FORBIDDEN', { beginAttestation: null }]);
    const byMachine = await server.graphql(BEGIN, {}, await server.agentToken(machine));
    expect([codeOf(byMachine), Object.keys(byMachine.body.data.beginAttestation.challenge)]).toEqual([
      undefined,
      ['attestationId'],
    ]);
  });

  test('ok: whoCan leaves it out', async () => {
    const able = async (policy: string, target: string): Promise<Json[]> => {
      const { body } = await server.graphql(WHO_CAN, { policy, target, first: 5 }, reader);
      return body.data.whoCan.nodes.flatMap(({ agent }: Json) => agent?.id ?? []);
    };
    expect([await able('attestation:begin', machine), await able('attestation:begin', unit)]).toEqual([[machine], []]);
    expect(await able('agent:get', unit)).toEqual([unit]);
  });

  test('ok: explainDecision says that its kind is beyond the boundary', async () => {
    const about = { principal: { agent: { id: unit } }, policy: 'attestation:begin', target: unit };
    const { outcome, obstacle, checks } = (await server.graphql(EXPLAIN, about, reader)).body.data.explainDecision;
    const kind = checks.find(({ check }: Json) => check === 'agent_kind:MACHINE');
    expect({ outcome, obstacle, kind }).toEqual({
      outcome: 'FORBIDDEN',
      obstacle: 'BOUNDARY',
      kind: { depth: 1, check: 'agent_kind:MACHINE', value: 'FALSE', ...OF_KIND },
    });
  });

  test('ok: the published policy says which kinds it takes', async () => {
    const asked = '{ policy(name: "attestation:begin") { checks { scopeType check boundary } } }';
    expect((await server.graphql(asked, {}, reader)).body.data.policy.checks).toEqual([
      { scopeType: 'AGENT', check: '@', boundary: 'agent_kind:MACHINE and agent_id:%(id)s' },
    ]);
  });
});

const OF_KIND = { isBoundary: true, isDeciding: true, held: ['UNIT'], target: null };
