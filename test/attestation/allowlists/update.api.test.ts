import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { standingClock } from '../../harness/clock.js';
import { type Json, startTestServer, type TestScope, type TestServer } from '../../harness/server.js';
import { asking } from '../../identity/asking.js';

const tpmPolicy = `{"0": ["${'0'.repeat(64)}"]}`;
const clock = standingClock();
let server: TestServer;
let ask: ReturnType<typeof asking>;
let scope: TestScope & { readonly type: 'project'; readonly projectId: string };
let manager: string;
let member: string;
beforeAll(async () => {
  server = await startTestServer({ clock });
  ask = asking(server);
  scope = await server.project(await server.domain());
  manager = (await server.token({ scope, role: 'manager' })).token;
  member = (await server.token({ scope, role: 'member' })).token;
});
afterAll(() => server.close());

const FIELDS = 'allowlist { id name description etag updatedAt currentRevision { number } }';
const create = async (name: string, token = manager): Promise<Json> =>
  (await ask.send('createAllowlist', FIELDS, { name, tpmPolicy }, token)).made.allowlist;
const update = ({ id, etag }: Json, changes: object, token = manager) =>
  ask.send('updateAllowlist', FIELDS, { allowlist: { id }, etag, ...changes }, token);
/** Makes others rely on it. */
const follow = ({ id }: Json) =>
  ask.send('createAgent', 'agent { id }', { name: `follows ${id}`, allowlist: { id } }, manager);

describe('Mutation.updateAllowlist', () => {
  test('ok, audited: a manager renames a list that agents are bound to; revision and agents stay', async () => {
    const list = await create('web');
    await follow(list);
    clock.time += 1_000;
    const updatedAt = clock.now().toISOString();
    const renamed = await update(list, { name: 'web-old', description: 'Until May.' });
    expect(renamed.made.allowlist).toMatchObject({ name: 'web-old', description: 'Until May.', updatedAt });
    expect(renamed.made.allowlist.currentRevision).toEqual({ number: 1 });
    const details = { name: 'web', newName: 'web-old', changed: ['name', 'description'] };
    expect(await ask.entriesOf(renamed.requestId)).toMatchObject([
      { action: 'ALLOWLIST_UPDATED', policy: 'allowlist:update', details },
    ]);
    const bound = `{ agent(ref: { name: "follows ${list.id}" }) { allowlist { name } } }`;
    expect((await server.graphql(bound, {}, manager)).body.data.agent).toEqual({ allowlist: { name: 'web-old' } });
  });

  test('ok: the old name is free; what is absent stays, and null clears the description', async () => {
    const list = await create('free');
    const renamed = (await update(list, { name: 'taken-from', description: 'x' })).made.allowlist;
    await create('free');
    expect((await update(renamed, { description: null })).made.allowlist).toMatchObject({
      name: 'taken-from',
      description: null,
    });
  });

  test('forbidden: a member renames no list that an agent is bound to, only one that nobody relies on', async () => {
    const list = await create('mine', member);
    const described = (await update(list, { description: 'x' }, member)).made.allowlist;
    expect(described.description).toBe('x');
    await follow(list);
    expect((await update(described, { name: 'theirs' }, member)).code).toBe('FORBIDDEN');
  });

  test('conflict: a name that is taken; stale: a list that changed since; invalid: no name', async () => {
    await create('taken');
    const list = await create('other');
    expect((await update(list, { name: 'taken' })).errors).toEqual([expect.stringMatching(/^ALREADY_EXISTS name:/)]);
    expect((await update(list, { name: '' })).errors).toEqual([expect.stringMatching(/^INVALID name:/)]);
    await update(list, { name: 'another' });
    expect((await update(list, { name: 'late' })).errors).toEqual([expect.stringMatching(/^STALE_ETAG etag:/)]);
  });

  test('hidden: a list of another project is as one that is missing', async () => {
    const list = await create('hidden');
    const elsewhere = await server.project(await server.domain());
    const stranger = (await server.token({ scope: elsewhere, role: 'admin' })).token;
    const there = await update(list, { name: 'mine' }, stranger);
    expect(there.code).toBe('NOT_FOUND');
    const missing = { ...list, id: 'alw_018f2f6e-0000-7000-8000-000000000000' };
    expect(there.comparable).toBe((await update(missing, { name: 'mine' }, stranger)).comparable);
  });
});
