import { expect, test } from 'vitest';
import { type Answer, client, codeOf, type Json, type RoleName, type TestScope } from '../harness/server.js';
import { type Replicas, startReplicas } from './split.js';
import { type Random, Tally, walk } from './walk.js';

const ROUNDS = 125;
const AT_ONCE = 8;

const READ = '{ agents(first: 1) { nodes { id } } }';
const GRANT = `mutation ($input: GrantRoleInput!) {
  grantRole(input: $input) { roleAssignment { id } userErrors { message } } }`;
const REVOKE_ROLE = 'mutation ($input: RevokeRoleInput!) { revokeRole(input: $input) { roleAssignmentId } }';
const CREATE_GROUP =
  'mutation ($input: CreateGroupInput!) { createGroup(input: $input) { group { id } userErrors { message } } }';
const ADD_MEMBER =
  'mutation ($input: AddGroupMemberInput!) { addGroupMember(input: $input) { group { id } userErrors { message } } }';
const REMOVE_MEMBER =
  'mutation ($input: RemoveGroupMemberInput!) { removeGroupMember(input: $input) { group { id } userErrors { message } } }';
const DISABLE =
  'mutation ($input: DisableUserInput!) { disableUser(input: $input) { user { id } userErrors { message } } }';
const REVOKE_TOKEN = 'mutation ($input: RevokeTokenInput!) { revokeToken(input: $input) { tokenId } }';

/** How a right may end, and what the loser is told from then on. */
const WAYS = ['its role', 'its token', 'its group', 'its user'] as const;
const REFUSED = {
  'its role': 'FORBIDDEN',
  'its token': 'UNAUTHENTICATED',
  'its group': 'FORBIDDEN',
  'its user': 'UNAUTHENTICATED',
};

test('ok: no request that starts after an acknowledged revoke is allowed, on either replica', async () => {
  const replicas = await startReplicas();
  try {
    const { server, addresses } = replicas;
    const domainId = await server.defaultDomainId();
    const { token: admin } = await server.token({ scope: { type: 'system' }, role: 'admin' });
    const scope = await server.project(domainId);
    const { token: domainAdmin } = await server.token({ scope: { type: 'domain', domainId }, role: 'admin' });
    const tally = new Tally('revoked');
    const ask = addresses.map((address) => client(address).graphql);
    const trials = await walk(ROUNDS, async (random) => {
      const given = { replicas, admin, domainAdmin, scope, role: 'reader' } as const;
      const users = Array.from({ length: AT_ONCE }, () => holder(given, random.pick(WAYS)));
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
  readonly domainAdmin: string;
  readonly scope: Extract<TestScope, { type: 'project' }>;
  readonly role: RoleName;
}

/** A user with a role, or in a group with one, given over HTTP. */
async function holder({ replicas: { server, addresses }, admin, domainAdmin, scope, role }: Given, way: Way) {
  const { userId, token } = await server.token({ scope });
  const ask = async (query: string, input: object, by: string) => {
    const { body } = await client(addresses[0]).graphql(query, { input }, by);
    return Object.values(body.data)[0] as Json;
  };
  const place = { role: { name: role }, scope: { project: { id: scope.projectId } } };
  if (way !== 'its group') {
    const { roleAssignment } = await ask(GRANT, { user: { id: userId }, ...place }, admin);
    return { userId, token, admin, way, assignment: roleAssignment.id as string, group: '' };
  }
  const { group } = await ask(CREATE_GROUP, { name: userId }, domainAdmin);
  const { roleAssignment } = await ask(GRANT, { group: { id: group.id }, ...place }, admin);
  await ask(ADD_MEMBER, { group: { id: group.id }, user: { id: userId } }, domainAdmin);
  return { userId, token, admin, way, assignment: roleAssignment.id as string, group: group.id as string };
}

type Way = (typeof WAYS)[number];
type Holder = Awaited<ReturnType<typeof holder>>;
type Ask = (query: string, variables: object, token: string) => Promise<Answer>;

/** Reads go on at both replicas while one of them takes the right away; those that start later are counted apart. */
async function trial(user: Holder, ask: readonly Ask[], random: Random, tally: Tally): Promise<void> {
  const revoking = random.pick(ask);
  let isOver = false;
  const reading = ask.map(async (read) => {
    while (!isOver) if (codeOf(await read(READ, {}, user.token)) === undefined) tally.add('allowed before');
  });
  await Promise.all(ask.map((read) => read(READ, {}, user.token)));
  const revoked = await revoke(user, revoking);
  expect(revoked.body.errors).toBeUndefined();
  tally.add(`lost ${user.way}`);
  const after = await Promise.all([...ask, ...ask].map((read) => read(READ, {}, user.token)));
  isOver = true;
  await Promise.all(reading);
  for (const answer of after) {
    const code = codeOf(answer);
    tally.add(code === REFUSED[user.way] ? 'refused after' : code === undefined ? 'allowed after' : `told ${code}`);
  }
}

function revoke({ userId, token, admin, way, assignment, group }: Holder, ask: Ask): Promise<Answer> {
  const [user, ofGroup] = [{ id: userId }, { id: group }];
  if (way === 'its role') return ask(REVOKE_ROLE, { input: { roleAssignmentId: assignment } }, admin);
  if (way === 'its group') return ask(REMOVE_MEMBER, { input: { group: ofGroup, user } }, admin);
  if (way === 'its user') return ask(DISABLE, { input: { user } }, admin);
  return ask(REVOKE_TOKEN, { input: {} }, token);
}
