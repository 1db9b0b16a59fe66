import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodes } from '../../src/fleet/nodes/tables.js';
import { asId } from '../harness/ids.js';
import { codeOf, type Json, startTestServer, type TestServer } from '../harness/server.js';
import { fleetOf } from './fleet.js';

const COUNTS = `{ nodeCounts {
  byReadiness { readiness count isComplete } byTrustState { state count } byAvailability { availability count } } }`;

let server: TestServer;
let fleet: ReturnType<typeof fleetOf>;
beforeAll(async () => {
  server = await startTestServer();
  fleet = fleetOf(server);
}, 60_000);
afterAll(() => server.close());

const seen = async (query: string): Promise<Json> =>
  (await server.graphql(query, {}, await fleet.operator('reader'))).body.data;

describe('Query.nodeCounts', () => {
  test('ok: nodes that were never Ready are told apart from those that fell silent, and each count is a list', async () => {
    const ids: string[] = [];
    for (const availability of ['ACTIVE', 'ACTIVE', 'DRAIN']) ids.push((await fleet.create({ availability })).node.id);
    const changes = [{ isReady: true, readyChangedAt: new Date() }, { readyChangedAt: new Date() }] as const;
    for (const [at, change] of changes.entries())
      await server.services.db
        .update(nodes)
        .set(change)
        .where(eq(nodes.id, asId(ids[at] ?? '')));
    const { nodeCounts } = await seen(COUNTS);
    expect(nodeCounts.byReadiness).toEqual(
      ['READY', 'LOST', 'NEVER_READY'].map((readiness) => ({ readiness, count: 1, isComplete: true })),
    );
    expect(nodeCounts.byAvailability).toEqual([
      { availability: 'ACTIVE', count: 2 },
      { availability: 'PAUSE', count: 0 },
      { availability: 'DRAIN', count: 1 },
    ]);
    // Each waits for its machine.
    expect(nodeCounts.byTrustState.filter(({ count }: Json) => count > 0)).toEqual([]);
    for (const [at, readiness] of ['READY', 'LOST', 'NEVER_READY'].entries()) {
      const { found } = await seen(
        `{ found: nodes(filter: { readiness: [${readiness}] }) { nodes { id } totalCount } }`,
      );
      expect(found).toEqual({ nodes: [{ id: ids[at] }], totalCount: 1 });
    }
    const silent = await seen(
      '{ nodes(filter: { readiness: [NEVER_READY, LOST] }, orderBy: { field: NAME }) { totalCount } }',
    );
    expect(silent.nodes.totalCount).toBe(2);
  });

  test('ok: those created since a time, in the order of creation alone', async () => {
    const later = new Date(Date.now() + 86_400_000).toISOString();
    expect((await seen(`{ nodes(filter: { createdSince: "${later}" }) { totalCount } }`)).nodes.totalCount).toBe(0);
    const query = `{ nodes(filter: { createdSince: "${later}", nameStartsWith: "a" }) { totalCount } }`;
    expect(codeOf(await server.graphql(query, {}, await fleet.operator('reader')))).toBe('BAD_USER_INPUT');
  });

  test('forbidden: a reader of a project counts no nodes', async () => {
    const scope = await server.project(await server.domain());
    const { token } = await server.token({ scope, role: 'reader' });
    expect(codeOf(await server.graphql(COUNTS, {}, token))).toBe('FORBIDDEN');
  });
});
