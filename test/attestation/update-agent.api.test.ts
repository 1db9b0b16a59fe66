import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeOf, type Json, startTestServer, type TestServer } from '../harness/server.js';
import { asking } from '../identity/asking.js';
import { agentProject, type agentWorld } from './agent-world.js';

let server: TestServer;
let ask: ReturnType<typeof asking>;
let world: ReturnType<typeof agentWorld>;
let scope: Awaited<ReturnType<typeof agentProject>>['scope'];
let manager: string;
let admin: string;
beforeAll(async () => {
  server = await startTestServer();
  ask = asking(server);
  ({ world, scope, admin } = await agentProject(server));
  manager = (await server.token({ scope, role: 'manager' })).token;
});
afterAll(() => server.close());

const CREATE = `mutation ($input: CreateAgentInput!) {
  createAgent(input: $input) { agent { id etag } userErrors { code } } }`;
const create = async (name: string, more: object = {}): Promise<Json> =>
  (await world.done(CREATE, { name, ...more }, manager)).agent;
const update = ({ id, etag }: Json, changes: object, token = manager) =>
  ask.send('updateAgent', 'agent { name externalId etag }', { agent: { id }, etag, ...changes }, token);

describe('Mutation.updateAgent', () => {
  test('ok, audited: a manager renames an agent and changes its external id; what is absent stays, null clears', async () => {
    const agent = await create('web-1', { externalId: 'rack-1' });
    const renamed = await update(agent, { name: 'web-2' });
    expect(renamed.made.agent).toMatchObject({ name: 'web-2', externalId: 'rack-1' });
    expect(await ask.entriesOf(renamed.requestId)).toMatchObject([
      {
        action: 'AGENT_UPDATED',
        policy: 'agent:update',
        details: { name: 'web-1', newName: 'web-2', changed: ['name'] },
      },
    ]);
    const { etag } = renamed.made.agent;
    expect(etag).not.toBe(agent.etag);
    const cleared = await update({ ...agent, etag }, { externalId: null });
    expect(cleared.made.agent).toMatchObject({ name: 'web-2', externalId: null });
    const { body } = await server.graphql('{ agent(ref: { name: "web-2" }) { id } }', {}, manager);
    expect(body.data.agent.id).toBe(agent.id);
  });

  test('ok: a retired agent gives its name to the next', async () => {
    const agent = await create('web-3');
    await ask.send('retireAgent', 'agent { id }', { agent: { id: agent.id } }, admin);
    const { body } = await server.graphql(`{ agent(ref: { id: "${agent.id}" }) { etag } }`, {}, manager);
    expect((await update({ ...agent, ...body.data.agent }, { name: 'web-3, retired' })).errors).toEqual([]);
    expect((await create('web-3')).id).not.toBe(agent.id);
  });

  test('ok: an agent without an attestation record is renamed, too', async () => {
    const id = await server.agent(scope, { name: 'bare' });
    const { body } = await server.graphql(`{ agent(ref: { id: "${id}" }) { etag } }`, {}, manager);
    expect((await update({ id, ...body.data.agent }, { name: 'barer' })).made.agent).toMatchObject({ name: 'barer' });
  });

  test('conflict: a name or an external id of another agent of the project; invalid: no name', async () => {
    await create('taken', { externalId: 'taken-id' });
    const agent = await create('free');
    const errors = async (changes: object) => (await update(agent, changes)).errors;
    expect(await errors({ name: 'taken' })).toEqual(['ALREADY_EXISTS name: An agent named taken exists.']);
    expect(await errors({ externalId: 'taken-id' })).toEqual([
      'ALREADY_EXISTS externalId: An agent with the external id taken-id exists.',
    ]);
    expect(await errors({ name: null })).toEqual(['INVALID name: A name must have 1 to 255 characters.']);
    expect(await errors({ externalId: '' })).toEqual(['INVALID externalId: A name must have 1 to 255 characters.']);
  });

  test('stale: an agent that was renamed, or changed its state, since it was read; so is a ban of it', async () => {
    const agent = await create('first');
    await update(agent, { name: 'second' });
    expect((await update(agent, { name: 'third' })).errors).toEqual([expect.stringMatching(/^STALE_ETAG etag:/)]);
    const ban = await ask.send('banAgent', 'agent { id }', { agent: { id: agent.id }, etag: agent.etag }, admin);
    expect(ban.errors).toEqual([expect.stringMatching(/^STALE_ETAG etag:/)]);
    const other = await create('other');
    await ask.send('banAgent', 'agent { id }', { agent: { id: other.id } }, admin);
    expect((await update(other, { name: 'another' })).errors).toEqual([expect.stringMatching(/^STALE_ETAG etag:/)]);
  });

  test('forbidden: a member and the machine itself; hidden: an agent of another project is as one that is missing', async () => {
    const agent = await create('guarded');
    const member = (await server.token({ scope, role: 'member' })).token;
    expect((await update(agent, { name: 'mine' }, member)).code).toBe('FORBIDDEN');
    expect((await update(agent, { name: 'mine' }, await server.agentToken(agent.id))).code).toBe('FORBIDDEN');
    const elsewhere = await server.project(await server.domain());
    const stranger = (await server.token({ scope: elsewhere, role: 'admin' })).token;
    const there = await update(agent, { name: 'mine' }, stranger);
    expect(there.code).toBe('NOT_FOUND');
    const missing = { ...agent, id: 'agt_018f2f6e-0000-7000-8000-000000000000' };
    expect(there.comparable).toBe((await update(missing, { name: 'mine' }, stranger)).comparable);
    expect(codeOf(await server.graphql('{ agent(ref: { name: "mine" }) { id } }', {}, manager))).toBe('NOT_FOUND');
  });
});
