import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestServer, type TestScope, type TestServer } from '../harness/server.js';
import { asking } from '../identity/asking.js';

const REUSED = ['REQUEST_ID_REUSED requestId: This request id was used with another input.'];
const EXPIRES = { expiresAt: new Date(Date.now() + 3_600_000) };

/** What may be made in more than one scope, by the mutation: what its payload has, and where to list it. */
const MADE = {
  createGroup: { object: 'group', list: 'groups', in: 'domain' },
  createRole: { object: 'role', list: 'roles(filter: { isGlobal: false })', in: 'domain' },
  createAllowlist: { object: 'allowlist', list: 'allowlists', in: 'project' },
  createAgent: { object: 'agent', list: 'agents', in: 'project' },
} as const;
type Creation = keyof typeof MADE;

let server: TestServer;
let ask: ReturnType<typeof asking>;
beforeAll(async () => {
  server = await startTestServer();
  ask = asking(server);
}, 60_000);
afterAll(() => server.close());

let count = 0;
const freshId = () => `request-${++count}`;

async function scope(type: 'domain' | 'project'): Promise<TestScope> {
  const domainId = await server.domain();
  return type === 'domain' ? { type, domainId } : server.project(domainId);
}
const admin = (on: TestScope, userId?: string) =>
  server.token({ scope: on, role: 'admin', ...(userId !== undefined && { userId }) });

async function create(mutation: Creation, input: object, token: string) {
  const { object } = MADE[mutation];
  const content = mutation === 'createAllowlist' ? { tpmPolicy: `{"0":["${'0'.repeat(64)}"]}` } : {};
  const { made, errors } = await ask.send(mutation, `${object} { id }`, { ...content, ...input }, token);
  return { id: made[object]?.id as string | undefined, errors };
}
async function namesIn(mutation: Creation, token: string): Promise<string[]> {
  const { body } = await server.graphql(`{ found: ${MADE[mutation].list} { nodes { name } } }`, {}, token);
  return body.data.found.nodes.map(({ name }: { name: string }) => name);
}

describe.each(Object.keys(MADE) as Creation[])('a request id of Mutation.%s', (mutation) => {
  const type = MADE[mutation].in;

  test('refused: under another scope, where nothing is made; replay: under its own, by any token of it', async () => {
    const [one, other] = [await scope(type), await scope(type)];
    const { token, userId } = await admin(one);
    const elsewhere = await admin(other, userId);
    const input = { name: 'twin', requestId: freshId() };
    const first = await create(mutation, input, token);
    expect(first).toEqual({ id: expect.any(String), errors: [] });
    expect(await create(mutation, input, elsewhere.token)).toEqual({ id: undefined, errors: REUSED });
    expect(await namesIn(mutation, elsewhere.token)).not.toContain('twin');
    const again = await server.token({ scope: one, userId });
    expect(await create(mutation, input, again.token)).toEqual(first);
    const own = await create(mutation, { ...input, requestId: freshId() }, elsewhere.token);
    expect([own.errors, own.id === first.id]).toEqual([[], false]);
  });

  test('ok: it is the caller’s own: another caller of the same scope makes its own object by it', async () => {
    const on = await scope(type);
    const [one, other] = [await admin(on), await admin(on)];
    const requestId = freshId();
    const first = await create(mutation, { name: 'mine', requestId }, one.token);
    expect(await create(mutation, { name: 'mine', requestId }, other.token)).toEqual({
      id: undefined,
      errors: [expect.stringMatching(/^ALREADY_EXISTS name: /)],
    });
    const second = await create(mutation, { name: 'yours', requestId }, other.token);
    expect([second.errors, second.id === first.id]).toEqual([[], false]);
    expect(await create(mutation, { name: 'mine', requestId }, one.token)).toEqual(first);
    expect(await create(mutation, { name: 'yours', requestId }, other.token)).toEqual(second);
  });
});

describe('a request id', () => {
  test('ok: two callers that ask for the very same with one each get their own', async () => {
    const on = await scope('project');
    const input = { name: 'script', requestId: freshId(), ...EXPIRES };
    const make = async () => {
      const told = await ask.send('createApiCredential', 'apiCredential { id }', input, (await admin(on)).token);
      expect(told.errors).toEqual([]);
      return told.made.apiCredential.id;
    };
    expect(await make()).not.toBe(await make());
  });

  test('ok: each mutation has its own: what was made by another one is not answered', async () => {
    const { token } = await admin(await scope('domain'));
    const input = { name: 'both', requestId: freshId() };
    const group = await create('createGroup', input, token);
    const role = await create('createRole', input, token);
    expect([group.errors, role.errors]).toEqual([[], []]);
    expect(role.id).toMatch(/^rol_/);
    expect(await create('createGroup', input, token)).toEqual(group);
  });

  test('ok: one and the same caller makes as many objects as it sends ids', async () => {
    const { token } = await admin(await scope('domain'));
    const made = [];
    for (const name of ['a', 'b']) made.push(await create('createGroup', { name, requestId: freshId() }, token));
    expect(new Set(made.map(({ id }) => id)).size).toBe(2);
    expect((await namesIn('createGroup', token)).sort()).toEqual(['a', 'b']);
  });
});
