import { eq } from 'drizzle-orm';
import type { Services } from '../../../../src/authority/index.js';
import { type JoinTokenRow, joinTokens } from '../../../../src/fleet/join-tokens/tables.js';
import { nodes } from '../../../../src/fleet/nodes/tables.js';
import { etagOf } from '../../../../src/platform/etag.js';
import { type Id, newId } from '../../../../src/platform/ids.js';
import { bearerHash, newBearer } from '../../../../src/platform/secrets.js';
import { asId, asIds } from '../../../harness/ids.js';
import { listed } from '../doors.js';
import type { DomainFixture, Things } from '../fixture.js';
import type { World } from '../world.js';
import { makeNode } from './rows.js';

const HOUR_MS = 3_600_000;

/** A fresh join token for agents of a project, as the service would write it. */
export async function makeJoinToken(
  { db, clock }: Services,
  { domainId, projectId }: { readonly domainId: string; readonly projectId: string },
  more: Partial<JoinTokenRow> = {},
): Promise<Id<'JoinToken'>> {
  const id = newId('JoinToken');
  const now = clock.now();
  const said = { nodeName: id, availability: 'PAUSE', tpmKind: 'PHYSICAL', uses: 1, createdBy: '' } as const;
  const row = { id, domainId, projectId, ...said };
  const tokenHash = bearerHash('joinToken', newBearer('joinToken'));
  const times = { createdAt: now, expiresAt: new Date(now.getTime() + HOUR_MS) };
  await db.insert(joinTokens).values(asIds({ ...row, tokenHash, ...times, ...more }));
  return id;
}

export const JOIN_TOKEN_DOORS: NonNullable<DomainFixture['doors']> = {
  JoinToken: {
    fields: 'id project { id } allowlist { id } node { id } tenants { id } labels { key }',
    list: listed('joinTokens'),
    entity: 'JoinToken',
  },
};

export const JOIN_TOKEN_MUTATIONS: NonNullable<DomainFixture['mutations']> = {
  createJoinToken: ({ projects, rows }) => [
    {
      target: 'of the system, for an operators’ project',
      input: () => ({
        project: { id: projects.operators.projectId },
        nodeName: newId('Node'),
        expiresAt: rows.expiresAt.toISOString(),
      }),
    },
  ],
  revokeJoinToken: ({ server, projects }) => [
    {
      target: 'of the system',
      input: async () => ({ joinTokenId: await makeJoinToken(server.services, projects.operators) }),
    },
  ],
  rejoinNode: ({ server: { services } }) => [
    {
      target: 'of the system',
      input: async () => {
        const id = await makeNode(services, { origin: 'JOINED' });
        const [row] = await services.db.select().from(nodes).where(eq(nodes.id, id));
        return { node: { id }, etag: row === undefined ? '' : etagOf(row) };
      },
    },
  ],
};

/** A join token, and the node that waits for the machine which it brings. */
export async function joinTokenThings({ server, projects, lists }: World) {
  const nodeId = await makeNode(server.services);
  const allowlistId = lists.system.id;
  const id = await makeJoinToken(server.services, projects.operators, { nodeId, allowlistId: asId(allowlistId) });
  const links = { project: projects.operators.projectId, allowlist: allowlistId, node: nodeId };
  return {
    JoinToken: [{ name: 'any', id, links }],
    Node: [{ name: 'that waits for its machine', id: nodeId, links: { agent: null, leaseHolder: null } }],
  } satisfies Things;
}
