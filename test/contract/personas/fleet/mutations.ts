import { eq } from 'drizzle-orm';
import { agents } from '../../../../src/identity/agents/tables.js';
import { etagOf } from '../../../../src/platform/etag.js';
import { newId } from '../../../../src/platform/ids.js';
import { asId } from '../../../harness/ids.js';
import type { Attempt, Attempts } from '../fixture.js';
import type { World } from '../world.js';
import { makeNode } from './rows.js';

/** A fresh node for each. */
const changing =
  (more: object): Attempts =>
  ({ server }) => [
    {
      target: 'any',
      input: async () => {
        const id = await makeNode(server.services);
        return { node: { id }, etag: etagOf({ id, version: 1 }), ...more };
      },
    },
  ];

/** Of the node of the asking agent; for others of none. */
const reporting = (input: object = {}): Attempt => ({ target: 'of its own node', input: () => input, isRoutine: true });

/** A fresh node whose lease somebody holds: the persona itself, or another. */
function leased({ server, users }: World, target: string, isOwn: boolean): Attempt {
  const input: Attempt['input'] = async ({ principal }) => {
    const holder = isOwn && principal?.kind === 'user' ? principal.id : users.home;
    return { node: { id: await makeNode(server.services, { leaseHolderId: asId(holder) }) } };
  };
  return { target, input, isOwn: true, isRoutine: true };
}

export const NODE_MUTATIONS: Readonly<Record<string, Attempts>> = {
  createNode: ({ rows, projects }) => [
    { target: 'waiting for its machine', input: () => ({ name: newId('Node') }) },
    ...(['own', 'operators'] as const).map((name) => ({
      target: `adopting an agent of ${name}`,
      input: async () => ({
        name: newId('Node'),
        agent: { id: await rows.agent(projects[name], 'TRUSTED', { isLiving: true }) },
      }),
      entries: 2,
    })),
  ],
  updateNode: changing({ description: 'another' }),
  setNodeAddress: ({ server }) => [
    {
      target: 'any',
      input: async () => {
        const id = await makeNode(server.services);
        return { node: { id }, etag: etagOf({ id, version: 1 }), address: `${id.replace('_', '-')}.example` };
      },
    },
  ],
  setNodeTenants: changing({ tenants: [] }),
  setNodeAvailability: changing({ availability: 'DRAIN' }),
  setNodeLabels: changing({ add: [{ key: 'admin.rack', value: '7' }] }),
  setNodeLeaseHolder: ({ server, users }) => [
    {
      target: 'any',
      input: async () => {
        const id = await makeNode(server.services);
        return { node: { id }, etag: etagOf({ id, version: 1 }), user: { id: users.home } };
      },
    },
  ],
  deleteNode: ({ server, rows, projects }) => [
    {
      target: 'without a machine',
      input: async () => {
        const id = await makeNode(server.services);
        return { node: { id }, etag: etagOf({ id, version: 1 }) };
      },
    },
    {
      target: 'with its agent',
      entries: 2,
      input: async () => {
        const id = await makeNode(server.services);
        const agentId = await rows.nodesAgent(projects.operators, 'TRUSTED');
        await server.services.db.update(agents).set({ nodeId: id }).where(eq(agents.id, agentId));
        return { node: { id }, etag: etagOf({ id, version: 1 }) };
      },
    },
  ],
  renewNodeLease: (world) => [
    reporting(),
    leased(world, 'as its lease holder', true),
    leased(world, 'of one that another holds', false),
  ],
  reportNodeFacts: () => [reporting({ os: 'Debian 13' })],
};
