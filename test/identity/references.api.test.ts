import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { agentWorld, CREATE_LIST } from '../attestation/agent-world.js';
import { type Answer, codeOf, type Json, startTestServer, type TestScope, type TestServer } from '../harness/server.js';
import { asking, type Told } from './asking.js';
import { roleStories } from './role-stories.js';

const SYSTEM = { type: 'system' } as const;
const KINDS = ['user', 'group', 'project', 'role'] as const;
const CREATE_AGENT = `mutation ($input: CreateAgentInput!) {
  createAgent(input: $input) { agent { id } userErrors { code } } }`;
const LOG_IN = 'mutation ($input: IssueTokenInput!) { issueToken(input: $input) { token userErrors { code } } }';

let server: TestServer;
let ask: ReturnType<typeof asking>;
let stories: ReturnType<typeof roleStories>;
/** Ids of objects that are all named `zoe`, one of each kind in each domain. */
let home: Record<(typeof KINDS)[number] | 'domain', string>;
let away: typeof home;
let manager: string;
let root: string;

async function tenant(name: string): Promise<typeof home> {
  const domain = await server.domain(name);
  const token = (await server.token({ scope: { type: 'domain', domainId: domain }, role: 'manager' })).token;
  const group = (await ask.send('createGroup', 'group { id }', { name: 'zoe' }, token)).made.group.id;
  const project = (await ask.send('createProject', 'project { id }', { name: 'zoe' }, token)).made.project.id;
  const role = (await stories.create('zoe', token)).id;
  return { domain, group, project, role, user: await server.user(domain, 'zoe') };
}

beforeAll(async () => {
  server = await startTestServer();
  [ask, stories] = [asking(server), roleStories(server)];
  [home, away] = [await tenant('home'), await tenant('away')];
  manager = (await server.token({ scope: { type: 'domain', domainId: home.domain }, role: 'manager' })).token;
  root = (await server.token({ scope: SYSTEM, role: 'admin', homeDomainId: home.domain })).token;
});
afterAll(() => server.close());

const find = (kind: string, ref: object, token: string): Promise<Answer> => {
  const type = `${kind.charAt(0).toUpperCase()}${kind.slice(1)}Ref`;
  return server.graphql(`query ($ref: ${type}!) { found: ${kind}(ref: $ref) { id } }`, { ref }, token);
};
const idOf = async (kind: string, ref: object, token: string): Promise<string> =>
  (await find(kind, ref, token)).body.data.found.id;
const projectIn = (from: typeof home): TestScope => ({
  type: 'project',
  projectId: from.project as never,
  domainId: from.domain as never,
});

describe.each(KINDS)('a %s by name', (kind) => {
  test('ok: a name is one of the token’s domain', async () => {
    expect(await idOf(kind, { name: 'zoe' }, manager)).toBe(home[kind]);
    expect(await idOf(kind, { id: home[kind] }, manager)).toBe(home[kind]);
    expect(await idOf(kind, { inDomain: { name: 'zoe', domain: 'home' } }, manager)).toBe(home[kind]);
  });

  test('ok: an administrator of the system names any domain', async () => {
    expect(await idOf(kind, { inDomain: { name: 'zoe', domain: 'away' } }, root)).toBe(away[kind]);
  });

  test('hidden: a name in a domain that the caller may not read looks like an unknown one', async () => {
    const answers = await Promise.all([
      find(kind, { inDomain: { name: 'zoe', domain: 'away' } }, manager),
      find(kind, { inDomain: { name: 'nobody', domain: 'away' } }, manager),
      find(kind, { inDomain: { name: 'zoe', domain: 'nowhere' } }, manager),
      find(kind, { name: 'nobody' }, manager),
      find(kind, { name: 'zo\u0000e' }, manager),
      find(kind, { inDomain: { name: 'zoe', domain: 'a\u0000way' } }, manager),
      find(kind, { id: away[kind] }, manager),
    ]);
    expect(answers.map(codeOf)).toEqual(answers.map(() => 'NOT_FOUND'));
    expect(new Set(answers.map(({ comparable }) => comparable)).size).toBe(1);
  });

  test('invalid: none of the ways, or two of them', async () => {
    for (const ref of [{}, { name: 'zoe', id: home[kind] }, { name: null }])
      expect(codeOf(await find(kind, ref, manager)), JSON.stringify(ref)).toBe('BAD_USER_INPUT');
  });
});

describe('the domain of a name alone', () => {
  test('ok: a token of the system looks in the domain of its user', async () => {
    for (const kind of ['user', 'group', 'project'] as const)
      expect(await idOf(kind, { name: 'zoe' }, root)).toBe(home[kind]);
  });

  test('ok: a token of a project looks in the project’s domain, wherever its user is from', async () => {
    const scope = projectIn(away);
    const guest = await server.token({ scope, role: 'reader', homeDomainId: home.domain });
    expect(await idOf('project', { name: 'zoe' }, guest.token)).toBe(away.project);
    expect(codeOf(await find('project', { inDomain: { name: 'zoe', domain: 'home' } }, guest.token))).toBe('NOT_FOUND');
  });

  test('ok: a user who logs in means the projects of its own domain', async () => {
    await server.assign(home.user, 'member', projectIn(home));
    const password = 'correct horse battery';
    await ask.send(
      'setUserPassword',
      'user { id }',
      { user: { id: home.user }, password, mustChangePassword: false },
      root,
    );
    const proof = { password: { user: 'zoe', domain: 'home', password } };
    const logIn = async (scope: object) => server.graphql(LOG_IN, { input: { proof, scope } });
    const { body } = await logIn({ project: { name: 'zoe' } });
    const query = '{ viewer { scope { type } user { name } } }';
    const told = await server.graphql(query, {}, body.data.issueToken.token);
    expect(told.body.data.viewer).toEqual({ scope: { type: 'PROJECT' }, user: { name: 'zoe' } });
    const foreign = await logIn({ project: { inDomain: { name: 'zoe', domain: 'away' } } });
    const unknown = await logIn({ project: { inDomain: { name: 'zoe', domain: 'nowhere' } } });
    expect(codeOf(foreign)).toBe('UNAUTHENTICATED');
    expect(foreign.comparable).toBe(unknown.comparable);
  });

  test('ok: a domain by its name, with and without the right to read it', async () => {
    expect(await idOf('domain', { name: 'home' }, manager)).toBe(home.domain);
    const [foreign, unknown] = [
      await find('domain', { name: 'away' }, manager),
      await find('domain', { name: 'x' }, manager),
    ];
    expect([codeOf(foreign), foreign.comparable]).toEqual(['NOT_FOUND', unknown.comparable]);
  });
});

describe('a role by name', () => {
  test('ok: the domain’s role is taken before the global one of the same name, in any case', async () => {
    const global = await stories.create('auditor', root);
    expect(await idOf('role', { name: 'auditor' }, manager)).toBe(global.id);
    const own = await stories.create('auditor', manager);
    expect(await idOf('role', { name: 'AUDITOR' }, manager)).toBe(own.id);
    expect(await idOf('role', { inDomain: { name: 'Auditor', domain: 'home' } }, manager)).toBe(own.id);
    expect(await idOf('role', { name: 'auditor' }, root)).toBe(global.id);
  });

  test('ok: whoever may not read the domain’s role gets the global one', async () => {
    const { token } = await server.token({ scope: { type: 'domain', domainId: home.domain as never } });
    const { id } = await stories.role('auditor', root, { isGlobal: true });
    expect(await idOf('role', { name: 'auditor' }, token)).toBe(id);
  });

  test('ok: it is granted, changed, implied and deleted by name', async () => {
    const to = { user: { name: 'zoe' }, scope: { domain: { name: 'home' } } };
    const granted = await stories.changed('grantRole', { ...to, role: { name: 'Zoe' } }, manager);
    expect(granted.roleAssignment).toMatchObject({
      role: 'zoe',
      roleDomain: { id: home.domain },
      user: { id: home.user },
    });
    const made = await stories.create('brief', manager);
    const role = { name: 'brief' };
    const updated = await stories.changed('updateRole', { role, etag: made.etag, description: 'soon gone' }, manager);
    const implying = { role, impliedRole: { name: 'reader' }, etag: updated.role.etag };
    const { role: implied } = await stories.changed('addImpliedRole', implying, manager);
    expect(implied).toMatchObject({ id: made.id, implies: ['reader'] });
    const removing = { ...implying, etag: implied.etag };
    const { role: alone } = await stories.changed('removeImpliedRole', removing, manager);
    expect((await stories.changed('deleteRole', { role, etag: alone.etag }, manager)).roleId).toBe(made.id);
  });

  test('hidden: a role of another domain cannot be granted by name', async () => {
    const to = { user: { name: 'zoe' }, scope: { domain: { name: 'home' } } };
    const give = (role: object) => stories.change('grantRole', { ...to, role }, manager);
    const [foreign, unknown] = [
      await give({ inDomain: { name: 'zoe', domain: 'away' } }),
      await give({ inDomain: { name: 'zoe', domain: 'nowhere' } }),
    ];
    expect([codeOf(foreign), foreign.comparable]).toEqual(['NOT_FOUND', unknown.comparable]);
  });
});

describe('a member by name', () => {
  const join = (group: object, user: object, token = manager): Promise<Told> =>
    ask.send('addGroupMember', 'group { id } user { id }', { group, user }, token);

  test('ok: both are named', async () => {
    const { made } = await join({ name: 'zoe' }, { name: 'zoe' });
    expect(made).toEqual({ group: { id: home.group }, user: { id: home.user } });
  });

  test('hidden: a user of another domain', async () => {
    const foreign = await join({ name: 'zoe' }, { inDomain: { name: 'zoe', domain: 'away' } });
    const unknown = await join({ name: 'zoe' }, { inDomain: { name: 'nobody', domain: 'away' } });
    expect([foreign.code, foreign.comparable]).toEqual(['NOT_FOUND', unknown.comparable]);
  });
});

describe('what a project owns, by name', () => {
  let agent: string;
  let lists: Record<'home' | 'project', string>;
  let reader: string;
  beforeAll(async () => {
    const world = agentWorld(server);
    const owner = (await server.token({ scope: projectIn(home), role: 'manager' })).token;
    const make = async (by: string): Promise<Json> =>
      (await world.done(CREATE_LIST, { name: 'base', imaPolicy: { content: `${'0'.repeat(64)}  /bin/true\n` } }, by))
        .allowlist;
    lists = { home: (await make(manager)).id, project: (await make(owner)).id };
    agent = (await world.done(CREATE_AGENT, { name: 'web-1' }, owner)).agent.id;
    reader = (await server.token({ scope: { type: 'domain', domainId: home.domain as never }, role: 'reader' })).token;
  });

  test('ok: a token of the domain names an agent in a project of it', async () => {
    const named = { name: 'web-1', project: 'zoe' };
    expect(await idOf('agent', { inProject: named }, reader)).toBe(agent);
    expect(await idOf('agent', { inProject: { ...named, domain: 'home' } }, reader)).toBe(agent);
    const query = `query ($ref: AgentRef!) { effectivePermissions(principal: { agent: $ref }) { agent { id } } }`;
    const { body } = await server.graphql(query, { ref: { inProject: named } }, reader);
    expect(body.data.effectivePermissions.agent).toEqual({ id: agent });
  });

  test('invalid: a token without a project cannot name an agent without one', async () => {
    expect(codeOf(await find('agent', { name: 'web-1' }, reader))).toBe('BAD_USER_INPUT');
  });

  test('ok: an allowlist of the domain, and the one of its project that has the same name', async () => {
    expect(await idOf('allowlist', { inDomain: { name: 'base', domain: 'home' } }, reader)).toBe(lists.home);
    expect(await idOf('allowlist', { inProject: { name: 'base', project: 'zoe' } }, reader)).toBe(lists.project);
    const member = (await server.token({ scope: projectIn(home), role: 'reader' })).token;
    expect(await idOf('allowlist', { name: 'base' }, member)).toBe(lists.project);
    expect(await idOf('allowlist', { inDomain: { name: 'base', domain: 'home' } }, member)).toBe(lists.home);
  });

  test.each(['agent', 'allowlist'])(
    'hidden: an %s of another domain’s project looks like an unknown one',
    async (kind) => {
      const { token } = await server.token({
        scope: { type: 'domain', domainId: away.domain as never },
        role: 'admin',
      });
      const name = kind === 'agent' ? 'web-1' : 'base';
      const answers = await Promise.all([
        find(kind, { inProject: { name, project: 'zoe', domain: 'home' } }, token),
        find(kind, { inProject: { name, project: 'zoe' } }, token),
        find(kind, { inProject: { name, project: 'zoe', domain: 'nowhere' } }, token),
        find(kind, { inProject: { name: 'x', project: 'x', domain: 'home' } }, token),
        find(kind, { id: kind === 'agent' ? agent : lists.project }, token),
      ]);
      expect(answers.map(codeOf)).toEqual(answers.map(() => 'NOT_FOUND'));
      expect(new Set(answers.map(({ comparable }) => comparable)).size).toBe(1);
    },
  );
});
