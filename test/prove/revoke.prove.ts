import { expect, test } from 'vitest';
import { type Answer, client, codeOf, type RoleName, type TestScope } from '../harness/server.js';
import { type Replicas, startReplicas } from './split.js';
import { type Random, Tally, walk } from './walk.js';

const ROUNDS = 125;
const AT_ONCE = 8;

const READ = '{ agents(first: 1) { nodes { id } } }';
const GRANT = `mutation ($input: GrantRoleInput!) {
  grantRole(input: $input) { roleAssignment { id } userErrors { message } } }`;
const REVOKE_ROLE = 'mutation ($input: RevokeRoleInput!) { revokeRole(input: $input) { roleAssignmentId } }';
const REVOKE_TOKEN = 'mutation ($input: RevokeTokenInput!) { revokeToken(input: $input) { tokenId } }';

/** How a right may end, and what the loser is told from then on. */
const WAYS = ['its role', 'its token'] as const;
const REFUSED = { 'its role': 'FORBIDDEN', 'its token': 'UNAUTHENTICATED' };

test('ok: no request that starts after an acknowledged revoke is allowed, on either replica', async () => {
  const replicas = await startReplicas();
  try {
    const { server, addresses } = replicas;
    const domainId = await server.defaultDomainId();
    const { token: admin } = await server.token({ scope: { type: 'system' }, role: 'admin' });
    const scope = await server.project(domainId);
    const tally = new Tally('revoked');
    const ask = addresses.map((address) => client(address).graphql);
    const trials = await walk(ROUNDS, async (random) => {
      const users = Array.from({ length: AT_ONCE }, () => holder({ replicas, admin, scope, role: 'reader' }));
      await Promise.all((await Promise.all(users)).map((user) => trial(user, ask, random, tally)));
    });
    tally.print(trials * AT_ONCE);
    expect(tally.of('allowed before')).toBeGreaterThan(0);
    expect(tally.of('allowed after')).toBe(0);
    expect(tally.of('refused after')).toBe(trials * AT_ONCE * 4);
  } finally {
    await replicas.close();
  }
});

interface Given {
  readonly replicas: Replicas;
  readonly admin: string;
  readonly scope: Extract<TestScope, { type: 'project' }>;
  readonly role: RoleName;
}

/** A user with a role given over HTTP. */
async function holder({ replicas: { server, addresses }, admin, scope, role }: Given) {
  const { userId, token } = await server.token({ scope });
  const input = { user: { id: userId }, role, scope: { project: { id: scope.projectId } } };
  const { body } = await client(addresses[0]).graphql(GRANT, { input }, admin);
  return { token, admin, assignment: body.data.grantRole.roleAssignment.id as string };
}

type Ask = (query: string, variables: object, token: string) => Promise<Answer>;

/** Reads go on at both replicas while one of them takes the right away; those that start later are counted apart. */
async function trial(
  user: Awaited<ReturnType<typeof holder>>,
  ask: readonly Ask[],
  random: Random,
  tally: Tally,
): Promise<void> {
  const way = random.pick(WAYS);
  const revoking = random.pick(ask);
  let isOver = false;
  const reading = ask.map(async (read) => {
    while (!isOver) if (codeOf(await read(READ, {}, user.token)) === undefined) tally.add('allowed before');
  });
  await Promise.all(ask.map((read) => read(READ, {}, user.token)));
  const revoked = await revoke(way, user, revoking);
  expect(revoked.body.errors).toBeUndefined();
  const after = await Promise.all([...ask, ...ask].map((read) => read(READ, {}, user.token)));
  isOver = true;
  await Promise.all(reading);
  for (const answer of after) {
    const code = codeOf(answer);
    tally.add(code === REFUSED[way] ? 'refused after' : code === undefined ? 'allowed after' : `told ${code}`);
  }
}

function revoke(
  way: (typeof WAYS)[number],
  { token, admin, assignment }: Awaited<ReturnType<typeof holder>>,
  ask: Ask,
) {
  if (way === 'its role') return ask(REVOKE_ROLE, { input: { roleAssignmentId: assignment } }, admin);
  return ask(REVOKE_TOKEN, { input: {} }, token);
}
