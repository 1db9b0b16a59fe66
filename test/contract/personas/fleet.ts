import { eq } from 'drizzle-orm';
import { agents } from '../../../src/identity/agents/tables.js';
import { asId } from '../../harness/ids.js';
import { byRef, listed, single } from './doors.js';
import type { DomainFixture, Things } from './fixture.js';
import { JOIN_TOKEN_DOORS, JOIN_TOKEN_MUTATIONS, joinTokenThings } from './fleet/join-tokens.js';
import { NODE_MUTATIONS } from './fleet/mutations.js';
import { makeNode } from './fleet/rows.js';
import type { World } from './world.js';

const AGENT = 'Agent, of a node';

export const fixture: DomainFixture = {
  doors: {
    Node: {
      fields:
        'id tenants { id } agent { id } leaseHolder { id } labels { key } facts { os } conditions { type failureCodes }',
      byId: byRef('node'),
      list: listed('nodes'),
      entity: 'Node',
    },
    NodeCounts: single(
      'nodeCounts',
      'byReadiness { count } byTrustState { count } byAvailability { count }',
      'those it may read',
    ),
    ...JOIN_TOKEN_DOORS,
    [AGENT]: { fields: 'id', byId: byRef('agent'), list: listed('agents') },
  },
  mutations: { ...NODE_MUTATIONS, ...JOIN_TOKEN_MUTATIONS },
  watched: {
    nodeChanged: {
      type: 'Node',
      fields: 'id node { id }',
      fact: ({ id }) => ({
        type: 'node.changed',
        objectId: id ?? '',
        details: { condition: 'READY', status: 'TRUE', reason: 'LEASE_CURRENT' },
      }),
      objectOf: ({ node }) => node?.id,
    },
  },
  sharedThings: async (world) => {
    const { id, agentId } = await withAgent(world, world.users.home);
    const { JoinToken, Node } = await joinTokenThings(world);
    return {
      JoinToken,
      Node: [{ name: 'any', id, links: { agent: agentId, leaseHolder: world.users.home } }, ...Node],
      [AGENT]: [{ name: 'of any', id: agentId }],
    };
  },
  ownThings: async (world, { principal }): Promise<Things> => {
    if (principal === null) return {};
    if (principal.kind === 'user') {
      const { id, agentId } = await withAgent(world, principal.id);
      return {
        Node: [{ name: 'whose lease it holds', id, links: { agent: agentId, leaseHolder: principal.id } }],
        [AGENT]: [{ name: 'of one whose lease it holds', id: agentId }],
      };
    }
    const [own] = await world.server.services.db
      .select()
      .from(agents)
      .where(eq(agents.id, asId(principal.id)));
    return { Node: [{ name: 'the agent’s own', id: own?.nodeId ?? null, links: { agent: principal.id } }] };
  },
};

/** A node with an agent of operators, whose lease a user holds. */
async function withAgent({ server, rows, projects }: World, leaseHolderId: string) {
  const id = await makeNode(server.services, { leaseHolderId: asId(leaseHolderId) });
  const agentId = await rows.nodesAgent(projects.operators, 'FAILED');
  await server.services.db.update(agents).set({ nodeId: id }).where(eq(agents.id, agentId));
  return { id, agentId };
}
