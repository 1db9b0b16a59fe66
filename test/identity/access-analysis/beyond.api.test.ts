import { afterAll, beforeAll, expect, test } from 'vitest';
import { allowlists } from '../../../src/attestation/allowlists/tables.js';
import { attestationRecords } from '../../../src/attestation/records/tables.js';
import { type Id, newId } from '../../../src/platform/ids.js';
import { asIds } from '../../harness/ids.js';
import { startTestServer, type TestServer } from '../../harness/server.js';
import { EXPLAIN } from './story.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
}, 60_000);
afterAll(() => server.close());

/** A list that everybody reads. */
async function listOfSystem(name: string): Promise<Id<'Allowlist'>> {
  const { db, clock } = server.services;
  const id = newId('Allowlist');
  const times = { createdAt: clock.now(), updatedAt: clock.now() };
  const currentRevisionId = newId('AllowlistRevision');
  await db.insert(allowlists).values({ id, ownerType: 'SYSTEM', name, currentRevisionId, version: 1, ...times });
  return id;
}

test('hidden: whether agents of others are judged by a list that one reads and may not change', async () => {
  const [used, unused] = [await listOfSystem('used'), await listOfSystem('unused')];
  const foreign = await server.project(await server.domain());
  const agentId = await server.agent(foreign);
  const { domainId, projectId } = foreign;
  const counts = { isLiving: false, acceptedCount: 0, rejectedCount: 0 };
  const record = { agentId, domainId, projectId, tpmKind: 'PHYSICAL' as const, ...counts };
  await server.services.db.insert(attestationRecords).values({ ...asIds(record), allowlistId: used });

  const own = await server.project(await server.domain());
  for (const role of ['member', 'reader'] as const) {
    const { userId, token } = await server.token({ scope: own, role });
    const scope = { project: { id: own.projectId } };
    const about = { principal: { user: { id: userId } }, scope, policy: 'allowlist:publish' };
    const told = (target: string) => server.graphql(EXPLAIN, { ...about, target }, token);
    const [ofUsed, ofUnused] = [await told(used), await told(unused)];
    expect(ofUsed.comparable).toBe(ofUnused.comparable);
    expect(ofUsed.body.data.explainDecision).toMatchObject({
      outcome: 'FORBIDDEN',
      obstacle: 'BOUNDARY',
      checks: [{ depth: 0, check: 'project_id:%(project_id)s', value: 'ABSENT', isBoundary: true, isDeciding: true }],
    });
  }
});
