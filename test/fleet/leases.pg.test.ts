import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rowsOf } from '../../src/db/rows.js';
import { nodeReadiness } from '../../src/fleet/conditions/ready.js';
import { startTestServer, type TestServer } from '../harness/server.js';
import { fleetOf, told } from './fleet.js';

let server: TestServer;
let fleet: ReturnType<typeof fleetOf>;
beforeAll(async () => {
  server = await startTestServer();
  fleet = fleetOf(server);
}, 60_000);
afterAll(() => server.close());

/**
 * Updates of a table, and those that touched no index. What the connection did before is in the counts until Postgres
 * collects it, so the difference counts.
 */
async function updatesOf(run: string, times: number): Promise<number[]> {
  return server.services.db.transaction(async (tx) => {
    const counted = async () => {
      const [row] = await rowsOf<{ all: number; hot: number }>(
        tx,
        sql`select pg_stat_get_xact_tuples_updated('node_leases'::regclass)::int as all,
          pg_stat_get_xact_tuples_hot_updated('node_leases'::regclass)::int as hot`,
      );
      return row ?? { all: 0, hot: 0 };
    };
    const before = await counted();
    for (let count = 0; count < times; count += 1) await tx.execute(sql.raw(run));
    const after = await counted();
    return [after.all - before.all, after.hot - before.hot];
  });
}

describe('leases on Postgres', () => {
  test('ok: renewals touch no index', async () => {
    const renewed = await Promise.all(Array.from({ length: 20 }, () => fleet.machine()));
    for (const { token } of renewed) await fleet.send('renewNodeLease', {}, token, 'leasedUntil');
    await nodeReadiness.doSome(server.services);
    // Others may have been made before; those are not renewed here.
    const renewal = `update node_leases set renewed_at = greatest(renewed_at, now()), due_at = coalesce(due_at, now())
      where node_id in (${renewed.map(({ node }) => `'${node.id}'`).join(', ')})`;
    const [all, hot] = await updatesOf(renewal, 1);
    expect(all).toBe(20);
    expect((hot ?? 0) / (all ?? 1)).toBeGreaterThanOrEqual(0.95);
  });

  test('ok: a lease that another session holds is renewed once it lets go', async () => {
    const { node, token } = await fleet.machine();
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let isHeld = () => {};
    const holding = new Promise<void>((resolve) => {
      isHeld = resolve;
    });
    const holder = server.services.db.transaction(async (tx) => {
      await tx.execute(sql`select 1 from node_leases where node_id = ${node.id} for update`);
      isHeld();
      await held;
    });
    await holding;
    const renewal = fleet.send('renewNodeLease', {}, token, 'leasedUntil');
    setTimeout(release, 200);
    await holder;
    expect(told((await renewal).body.data.told)).toBeUndefined();
  });
});
