import { eq } from 'drizzle-orm';
import { attestationRecords, type RecordRow } from '../../src/attestation/records/tables.js';
import { agents } from '../../src/identity/agents/tables.js';
import { asId } from '../harness/ids.js';
import type { Json, RoleName, TestServer } from '../harness/server.js';

const CREATE = `mutation ($input: CreateNodeInput!) { told: createNode(input: $input) {
  node { id name description address origin availability etag tenants { id } labels { key value } }
  userErrors { code path message } } }`;

/** Helpers of stories about a fleet. */
export function fleetOf(server: TestServer) {
  let names = 0;
  const helpers = {
    /** The token of an operator. */
    operator: async (role: RoleName): Promise<string> =>
      (await server.token({ scope: { type: 'system' }, role })).token,
    freshName: () => `host-${++names}`,
    async create(input: object = {}, token?: string): Promise<Json> {
      const variables = { input: { name: helpers.freshName(), ...input } };
      const { body } = await server.graphql(CREATE, variables, token ?? (await helpers.operator('manager')));
      if (body.errors) throw new Error(JSON.stringify(body.errors));
      return body.data.told;
    },
    /** A mutation on a node as it is now: what it answers. */
    async change(name: string, node: { id: string }, input: object, token?: string, answer = 'node { id etag }') {
      const read = 'query ($ref: NodeRef!) { node(ref: $ref) { etag } }';
      const found = await server.graphql(read, { ref: { id: node.id } }, await helpers.operator('reader'));
      const given = { node: { id: node.id }, etag: found.body.data?.node?.etag, ...input };
      return helpers.send(name, given, token ?? (await helpers.operator('manager')), answer);
    },
    async send(name: string, input: object, token: string, answer = 'node { id etag }') {
      const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input!`;
      const query = `mutation ($input: ${type}) { told: ${name}(input: $input) { ${answer} userErrors { code path message } } }`;
      return server.graphql(query, { input }, token);
    },
    async node(id: string, fields: string, token?: string): Promise<Json> {
      const query = `query ($id: ID!) { node(ref: { id: $id }) { ${fields} } }`;
      return (await server.graphql(query, { id }, token ?? (await helpers.operator('reader')))).body.data?.node;
    },
    /** A node with the agent of its machine, and the agent's token. */
    async machine(made: { trustState?: string; trustedUntil?: Date; record?: Partial<RecordRow> } = {}) {
      const { node } = await helpers.create();
      const project = await server.project(await server.defaultDomainId());
      const agentId = await server.agent(project, { trustState: 'PENDING', record: {}, ...made });
      await server.services.db
        .update(agents)
        .set({ nodeId: asId(node.id) })
        .where(eq(agents.id, agentId));
      return { node, agentId, project, token: await server.agentToken(agentId) };
    },
    async accepted(agentId: string, lastAcceptedAt: Date) {
      const { db } = server.services;
      await db
        .update(attestationRecords)
        .set({ lastAcceptedAt })
        .where(eq(attestationRecords.agentId, asId(agentId)));
    },
  };
  return helpers;
}

/** The code and the path of the first mistake; undefined for none. */
export const told = (payload: Json): string | undefined => {
  const [error] = payload.userErrors;
  return error && `${error.code} ${error.path.join('.')}`;
};
