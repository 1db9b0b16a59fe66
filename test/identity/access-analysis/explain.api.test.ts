import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { users } from '../../../src/identity/users/tables.js';
import { newId } from '../../../src/platform/ids.js';
import { asId } from '../../harness/ids.js';
import { codeOf, type Json, startTestServer, type TestServer } from '../../harness/server.js';
import { EXPLAIN } from './story.js';

let server: TestServer;
let home: string;
let web: { type: 'project'; domainId: string; projectId: string };
let target: string;
let reader: string;
let admin: string;
beforeAll(async () => {
  server = await startTestServer();
  home = await server.domain('home');
  web = await server.project(home, 'web');
  target = await server.agent(web);
  const domain = { type: 'domain', domainId: home } as const;
  reader = (await server.token({ scope: domain, role: 'reader' })).token;
  admin = (await server.token({ scope: domain, role: 'admin' })).token;
}, 60_000);
afterAll(() => server.close());

const onWeb = () => ({ project: { id: web.projectId } });
const ask = async (variables: object, token = reader): Promise<Json> =>
  (await server.graphql(EXPLAIN, variables, token)).body.data.explainDecision;
const about = (id: string, policy: string, more: object = {}) => ({
  principal: { user: { id } },
  scope: onWeb(),
  policy,
  ...more,
});

describe('Query.explainDecision', () => {
  test('ok: the tree with what the caller and the target hold, and on what the decision rests', async () => {
    const userId = await server.user(home);
    await server.assign(userId, 'member', web);
    const told = await ask(about(userId, 'agent:ban', { target }));
    expect(told).toMatchObject({
      outcome: 'FORBIDDEN',
      scopeTypes: ['SYSTEM', 'PROJECT'],
      roles: ['member', 'reader'],
      missing: [{ role: 'admin', scope: { type: 'PROJECT' } }],
      obstacle: null,
    });
    const held = ['member', 'reader'];
    expect(told.checks.slice(1)).toEqual([
      {
        depth: 1,
        check: 'project_id:%(project_id)s and None:%(node_id)s',
        value: 'TRUE',
        isBoundary: true,
        isDeciding: false,
        held: null,
        target: null,
      },
      {
        depth: 2,
        check: 'project_id:%(project_id)s',
        value: 'TRUE',
        isBoundary: true,
        isDeciding: false,
        held: [web.projectId],
        target: [web.projectId],
      },
      {
        depth: 2,
        check: 'None:%(node_id)s',
        value: 'TRUE',
        isBoundary: true,
        isDeciding: false,
        held: null,
        target: [],
      },
      { depth: 1, check: 'role:admin', value: 'FALSE', isBoundary: false, isDeciding: true, held, target: null },
    ]);
    await server.assign(userId, 'admin', web);
    const allowed = await ask(about(userId, 'agent:ban', { target }));
    expect(allowed).toMatchObject({ outcome: 'ALLOWED', missing: [], obstacle: null });
  });

  test('ok: what is missing, once granted, allows; and nothing less did', async () => {
    const allowlist = await makeAllowlist();
    const cases: [string, string, string | undefined][] = [
      ['agent:get', 'reader', target],
      ['agent:bind_allowlist', 'manager', target],
      ['agent:reset', 'admin', target],
      ['allowlist:publish', 'member', allowlist],
      ['allowlist:get', 'reader', allowlist],
      ['agent:create', 'member', undefined],
      ['role:get', 'reader', undefined],
    ];
    for (const [policy, role, targetId] of cases) {
      const userId = await server.user(home);
      const question = about(userId, policy, { target: targetId });
      const before = await ask(question);
      expect([policy, before.outcome, before.missing.map((one: Json) => one.role)]).toEqual([
        policy,
        'NO_TOKEN',
        [role],
      ]);
      for (const { role: name } of before.missing) await grant(userId, name);
      expect([policy, (await ask(question)).outcome]).toEqual([policy, 'ALLOWED']);
    }
  });

  test('ok: why no grant would help', async () => {
    const userId = await server.user(home);
    await server.assign(userId, 'reader', web);
    const away = await server.agent(await server.project(home));
    const obstacle = async (variables: object) => {
      const { outcome, missing, obstacle: told } = await ask(variables);
      expect(missing).toEqual([]);
      return [outcome, told];
    };
    expect(await obstacle(about(userId, 'domain:create'))).toEqual(['WRONG_SCOPE', 'SCOPE_TYPE']);
    expect(await obstacle(about(userId, 'agent:ban', { target: away }))).toEqual(['FORBIDDEN', 'BOUNDARY']);
    const agent = { principal: { agent: { id: target } } };
    expect(await obstacle({ ...agent, policy: 'agent:ban', target })).toEqual(['WRONG_SCOPE', 'SCOPE_TYPE']);
    expect(await obstacle({ ...agent, policy: 'attestation:submit', target: away })).toEqual(['FORBIDDEN', 'BOUNDARY']);
    expect(await obstacle({ ...agent, policy: 'attestation:submit', target })).toEqual(['ALLOWED', null]);
    const banned = await server.agent(web, { trustState: 'BANNED' });
    const own = { principal: { agent: { id: banned } }, policy: 'attestation:submit', target: banned };
    expect(await obstacle(own)).toEqual(['NO_TOKEN', 'PRINCIPAL']);
    await server.services.db
      .update(users)
      .set({ isEnabled: false })
      .where(eq(users.id, asId(userId)));
    expect(await obstacle(about(userId, 'agent:get', { target }))).toEqual(['NO_TOKEN', 'PRINCIPAL']);
  });

  test('ok: without a target, what depends on one is open', async () => {
    const userId = await server.user(home);
    await server.assign(userId, 'member', web);
    const told = await ask(about(userId, 'allowlist:publish'));
    expect(told.outcome).toBe('ALLOWED');
    const open = told.checks.filter(({ value }: Json) => value === 'OPEN').map(({ check }: Json) => check);
    expect(open).toContain('False:%(has_followers)s');
  });

  test('ok: what a target is compared by comes from its row', async () => {
    const allowlist = await makeAllowlist();
    const userId = await server.user(home);
    await server.assign(userId, 'member', web);
    const followers = async () => {
      const { outcome, checks, missing } = await ask(about(userId, 'allowlist:publish', { target: allowlist }));
      const node = checks.find(({ check }: Json) => check === 'False:%(has_followers)s');
      return [outcome, node.value, node.target, missing.map((one: Json) => one.role)];
    };
    expect(await followers()).toEqual(['ALLOWED', 'TRUE', ['false'], []]);
    const { token } = await server.token({ scope: web, role: 'member' });
    const made = await server.graphql(
      'mutation ($input: CreateAgentInput!) { createAgent(input: $input) { agent { id } } }',
      { input: { name: 'machine', allowlist: { id: allowlist } } },
      token,
    );
    expect(made.body.data.createAgent.agent.id).toMatch(/^agt_/);
    expect(await followers()).toEqual(['FORBIDDEN', 'FALSE', ['true'], ['manager']]);
  });

  test('hidden: a target that the asker may not read, though whom it asks about may', async () => {
    const { userId } = await server.token({ scope: web, role: 'admin' });
    const away = await server.agent(await server.project(await server.domain()));
    const answers = [];
    for (const id of [away, newId('Agent')])
      answers.push(await server.graphql(EXPLAIN, about(userId, 'agent:ban', { target: id }), reader));
    expect(answers.map(codeOf)).toEqual(['NOT_FOUND', 'NOT_FOUND']);
    expect(answers[0]?.comparable).toBe(answers[1]?.comparable);
  });
});

async function grant(userId: string, role: string): Promise<void> {
  const { body } = await server.graphql(
    'mutation ($input: GrantRoleInput!) { grantRole(input: $input) { roleAssignment { id } userErrors { code } } }',
    { input: { user: { id: userId }, role: { name: role }, scope: onWeb() } },
    admin,
  );
  expect(body.data.grantRole.roleAssignment.id).toMatch(/^asg_/);
}

async function makeAllowlist(): Promise<string> {
  const { token } = await server.token({ scope: web, role: 'member' });
  const input = { name: newId('Allowlist'), imaPolicy: { content: `${'0'.repeat(64)}  /usr/bin/true\n` } };
  const { body } = await server.graphql(
    'mutation ($input: CreateAllowlistInput!) { createAllowlist(input: $input) { allowlist { id } } }',
    { input },
    token,
  );
  return body.data.createAllowlist.allowlist.id;
}
