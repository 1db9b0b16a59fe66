import type { Services } from '../../../../src/authority/index.js';
import { firstVersion } from '../../../../src/db/by-id.js';
import { nodeFacts } from '../../../../src/fleet/facts/tables.js';
import { nodeLeases } from '../../../../src/fleet/leases/tables.js';
import { type NodeRow, nodes } from '../../../../src/fleet/nodes/tables.js';
import { type Id, newId } from '../../../../src/platform/ids.js';

/** A fresh node without a machine, as the service would write it. */
export async function makeNode({ db, clock }: Services, more: Partial<NodeRow> = {}): Promise<Id<'Node'>> {
  const id = newId('Node');
  const row = { id, name: id, availability: 'PAUSE' as const, ...firstVersion(clock.now()), ...more };
  await db.insert(nodes).values(row);
  await db.insert(nodeLeases).values({ nodeId: id });
  await db.insert(nodeFacts).values({ nodeId: id });
  return id;
}
