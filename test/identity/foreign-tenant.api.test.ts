import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { roleAssignments } from '../../src/identity/assignments/tables.js';
import { apiCredentials } from '../../src/identity/credentials/tables.js';
import { tokens } from '../../src/identity/tokens/tables.js';
import { type Kind, newId } from '../../src/platform/ids.js';
import { asId } from '../harness/ids.js';
import { codeOf, type Json, startTestServer, type TestServer } from '../harness/server.js';
import { EFFECTIVE, EXPLAIN, PERMISSIONS, rowsOf, WHO_CAN } from './access-analysis/story.js';
import { asking } from './asking.js';

const ENTITIES = 'query ($of: [_Any!]!) { _entities(representations: $of) { __typename } }';

let server: TestServer;
/** What a tenant has, by type. */
let theirs: Record<Extract<Kind, 'Domain' | 'Project' | 'User' | 'Group' | 'Role' | 'Agent'>, string>;
let held: Record<'RoleAssignment' | 'ApiCredential' | 'Token', string>;
/** Others who look at it. */
let others: Record<string, string>;

beforeAll(async () => {
  server = await startTestServer();
  const { db } = server.services;
  const rows = rowsOf(server);
  const domainId = await server.domain('theirs');
  const project = await server.project(domainId, 'theirs');
  const { userId } = await server.token({ scope: project, role: 'member' });
  await asking(server).credential(userId, project);
  const Role = await rows.role('crew', domainId);
  const Group = await rows.group(domainId, 'crew', userId);
  await rows.give({ groupId: Group, roleId: Role, domainId });
  theirs = {
    Domain: domainId,
    Project: project.projectId,
    User: userId,
    Group,
    Role,
    Agent: await rows.agent(project),
  };
  const [[assignment], [credential], [token]] = await Promise.all([
    db
      .select()
      .from(roleAssignments)
      .where(eq(roleAssignments.userId, asId(userId))),
    db
      .select()
      .from(apiCredentials)
      .where(eq(apiCredentials.userId, asId(userId))),
    db
      .select()
      .from(tokens)
      .where(eq(tokens.userId, asId(userId))),
  ]);
  held = { RoleAssignment: assignment?.id ?? '', ApiCredential: credential?.id ?? '', Token: token?.id ?? '' };

  const own = await server.domain('own');
  const { userId: admin, token: ofDomain } = await server.token({
    scope: { type: 'domain', domainId: own },
    role: 'admin',
  });
  const ofProject = (await server.token({ scope: await server.project(own), role: 'admin' })).token;
  others = {
    ofDomain,
    ofProject,
    unscoped: (await server.token({ scope: { type: 'unscoped' }, userId: admin })).token,
  };
}, 60_000);
afterAll(() => server.close());

describe('another tenant', () => {
  test('hidden: no entity of it is loaded, for anybody', async () => {
    const of = Object.entries({ ...theirs, ...held }).map(([__typename, id]) => ({ __typename, id }));
    for (const token of Object.values(others)) {
      const { body } = await server.graphql(ENTITIES, { of }, token);
      expect(body).toEqual({ data: { _entities: of.map(() => null) } });
    }
  });

  test('hidden: no filter of a list finds anything of it', async () => {
    const { Domain, Project, User, Group } = theirs;
    const found = `{
      domains(filter: { names: ["theirs"] }) { nodes { id } }
      projects(filter: { domainIds: ["${Domain}"] }) { nodes { id } }
      users(filter: { domainIds: ["${Domain}"] }) { nodes { id } }
      groups(filter: { names: ["crew"] }) { nodes { id } }
      roles(filter: { names: ["crew"] }) { nodes { id } }
      byUser: roleAssignments(filter: { userIds: ["${User}"] }) { nodes { id } }
      byGroup: roleAssignments(filter: { groupIds: ["${Group}"] }) { nodes { id } }
      byRole: roleAssignments(filter: { roles: ["crew"] }) { nodes { id } }
      byProject: roleAssignments(filter: { projectIds: ["${Project}"] }) { nodes { id } }
      apiCredentials(filter: { userIds: ["${User}"] }) { nodes { id } }
      effectiveRoleAssignments(filter: { userIds: ["${User}"] }) { nodes { user { id } } }
    }`;
    const auditor = await server.token({ scope: { type: 'system' }, role: 'reader' });
    const seen: Json[] = Object.values((await server.graphql(found, {}, auditor.token)).body.data);
    expect(seen.map(({ nodes }) => nodes.length > 0)).toEqual(seen.map(() => true));
    for (const by of ['ofDomain', 'ofProject']) {
      // A project has no groups to list.
      const query = by === 'ofProject' ? found.replace(/groups\(.*\n/, '\n') : found;
      const { body } = await server.graphql(query, {}, others[by]);
      expect(body.errors).toBeUndefined();
      expect(Object.values(body.data).flatMap(({ nodes }: Json) => nodes)).toEqual([]);
    }
  });

  test('hidden: what is asked about its users, scopes and things is answered as about what never was', async () => {
    const at = (type: 'domain' | 'project', id: string) => ({ [type]: { id } });
    const pairs = (kind: 'User' | 'Project' | 'Domain' | 'Agent' | 'Group') => [theirs[kind], newId(kind)];
    const { userId: self, token } = await server.token({
      scope: { type: 'domain', domainId: await server.domain() },
      role: 'admin',
    });
    const asked: [string, 'User' | 'Project' | 'Domain' | 'Agent' | 'Group', (id: string) => object][] = [
      [PERMISSIONS, 'User', (id) => ({ principal: { user: { id } }, scope: { system: true } })],
      [PERMISSIONS, 'Agent', (agentId) => ({ principal: { agentId } })],
      [PERMISSIONS, 'Project', (id) => ({ principal: { user: { id: self } }, scope: at('project', id) })],
      [EXPLAIN, 'Domain', (id) => ({ principal: { user: { id: self } }, scope: at('domain', id), policy: 'user:get' })],
      [WHO_CAN, 'Agent', (target) => ({ policy: 'agent:get', target })],
      [WHO_CAN, 'Group', (target) => ({ policy: 'group:update', target })],
      [WHO_CAN, 'Project', (id) => ({ policy: 'agent:get', scope: at('project', id) })],
      [EFFECTIVE, 'Project', (id) => ({ filter: { scope: at('project', id) } })],
    ];
    for (const [query, kind, variables] of asked) {
      const answers = [];
      for (const id of pairs(kind)) answers.push(await server.graphql(query, variables(id), token));
      expect(answers.map(codeOf)).toEqual(['NOT_FOUND', 'NOT_FOUND']);
      expect(answers[0]?.comparable).toBe(answers[1]?.comparable);
    }
  });
});
