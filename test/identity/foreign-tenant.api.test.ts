import { eq } from 'drizzle-orm';
import { type GraphQLInputType, getNamedType, isInputObjectType, isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allowlists } from '../../src/attestation/allowlists/tables.js';
import { DOMAINS } from '../../src/domains.js';
import { agents } from '../../src/identity/agents/tables.js';
import { roleAssignments } from '../../src/identity/assignments/tables.js';
import { apiCredentials } from '../../src/identity/credentials/tables.js';
import { tokens } from '../../src/identity/tokens/tables.js';
import { users } from '../../src/identity/users/tables.js';
import { type Kind, newId } from '../../src/platform/ids.js';
import { buildSchema } from '../../src/server/graphql/schema.js';
import { entityNames } from '../contract/personas/coverage.js';
import { makeJoinToken } from '../contract/personas/fleet/join-tokens.js';
import { makeNode } from '../contract/personas/fleet/rows.js';
import { makeRows } from '../contract/personas/rows.js';
import { asId } from '../harness/ids.js';
import { codeOf, startTestServer, type TestServer } from '../harness/server.js';
import { EFFECTIVE, EXPLAIN, PERMISSIONS, WHO_CAN } from './access-analysis/story.js';
import { asking } from './asking.js';

const ENTITIES = 'query ($of: [_Any!]!) { _entities(representations: $of) { __typename } }';

let server: TestServer;
/** What a tenant has, by type. */
let theirs: Record<Extract<Kind, 'Domain' | 'Project' | 'User' | 'Group' | 'Role' | 'Agent'>, string>;
let held: Record<string, string>;
/** Who administers it. */
let owner: string;
/** Who reads what belongs to the system. */
let operator: string;
/** What an audit entry of it is about. */
let target: string;
/** Others who look at it. */
let others: Record<string, string>;

beforeAll(async () => {
  server = await startTestServer();
  const { db } = server.services;
  const domainId = await server.domain('theirs');
  const project = await server.project(domainId, 'theirs');
  const { userId } = await server.token({ scope: project, role: 'member' });
  await asking(server).credential(userId, project);
  const Role = await server.role('crew', domainId, await server.role('of-crews', null));
  const Group = await server.group(domainId, 'crew', userId);
  await server.give({ groupId: Group, roleId: Role, domainId });
  await server.give({ userId, roleId: Role, projectId: project.projectId, domainId });
  await server.child(project, 'theirs, inside');
  owner = (await server.token({ scope: { type: 'domain', domainId }, role: 'admin' })).token;
  operator = (await server.token({ scope: { type: 'system' }, role: 'reader' })).token;
  const more = await makeRows(server);
  const { id: allowlistId } = (await more.allowlist(project)).allowlist;
  const Agent = await more.agent(project, 'PENDING', { allowlistId });
  await db.update(agents).set({ name: 'theirs', externalId: 'theirs' }).where(eq(agents.id, Agent));
  await db
    .update(users)
    .set({ name: 'theirs' })
    .where(eq(users.id, asId(userId)));
  await db.update(allowlists).set({ name: 'theirs' }).where(eq(allowlists.id, allowlistId));
  theirs = { Domain: domainId, Project: project.projectId, User: userId, Group, Role, Agent };
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
  const [list] = await db.select().from(allowlists).where(eq(allowlists.id, allowlistId));
  const revisionId = list?.currentRevisionId ?? '';
  const entry = await more.entry(project, { kind: 'user', id: userId });
  held = {
    RoleAssignment: assignment?.id ?? '',
    ApiCredential: credential?.id ?? '',
    Session: await more.sessionOf(userId),
    Token: token?.id ?? '',
    Allowlist: allowlistId,
    AllowlistRevision: revisionId,
    AttestationResult: await more.result(Agent, project, revisionId),
    AuditEntry: entry.id,
    // They are the system's, whichever tenants' projects they name.
    Node: await makeNode(server.services, { name: 'theirs', address: 'theirs' }),
    JoinToken: await makeJoinToken(server.services, project),
  };
  target = entry.targetId;

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

const schema = buildSchema(DOMAINS);

/** Every filter of a list by texts or ids. */
const filters = Object.values(schema.getQueryType()?.getFields() ?? {}).flatMap(({ name: list, args, type: told }) => {
  const type = args.find(({ name }) => name === 'filter')?.type;
  const isList = args.some(({ name }) => name === 'first');
  const fields = isList && isInputObjectType(type) ? Object.values(type.getFields()) : [];
  const isOfTexts = (of: GraphQLInputType) => ['String', 'ID'].includes(getNamedType(of).name);
  const page = getNamedType(told);
  const isCounted = isObjectType(page) && 'totalCount' in page.getFields();
  return fields.filter((field) => isOfTexts(field.type)).map(({ name }) => ({ list, name, isCounted }));
});

/** Lists of what belongs to the system, which no tenant reads. */
const OF_SYSTEM = ['nodes'];

/** What the tenant has that a filter asks for. */
function valueFor({ list, name }: (typeof filters)[number]): string | undefined {
  const named = { groups: 'crew', roles: 'crew', apiCredentials: 'script' }[list] ?? 'theirs';
  const values: Readonly<Record<string, string | undefined>> = {
    names: named,
    nameStartsWith: named.slice(0, 3),
    // What is in effect of a domain's role are the global ones that it implies.
    roles: list === 'effectiveRoleAssignments' ? 'of-crews' : 'crew',
    externalIds: 'theirs',
    domainIds: theirs.Domain,
    projectIds: theirs.Project,
    parentIds: theirs.Project,
    userIds: theirs.User,
    actorIds: theirs.User,
    // The entry of the tenant has its actor's id as name.
    actorNames: theirs.User,
    groupIds: theirs.Group,
    allowlistIds: held.Allowlist,
    targetIds: target,
    addresses: 'theirs',
  };
  return values[name];
}

describe('another tenant', () => {
  test('hidden: no entity of it is loaded, for anybody', async () => {
    const of = Object.entries({ ...theirs, ...held }).map(([__typename, id]) => ({ __typename, id }));
    for (const token of Object.values(others)) {
      const { body } = await server.graphql(ENTITIES, { of }, token);
      expect(body).toEqual({ data: { _entities: of.map(() => null) } });
    }
  });

  test('ok: there is one of every entity, and a value for every filter by texts', () => {
    expect(Object.keys({ ...theirs, ...held }).sort()).toEqual(entityNames(schema).sort());
    expect(filters.length).toBeGreaterThan(20);
    expect(filters.filter((filter) => valueFor(filter) === undefined)).toEqual([]);
  });

  test('hidden: no filter of a list finds anything of it', async () => {
    for (const filter of filters) {
      const { list, name, isCounted } = filter;
      const count = isCounted ? 'totalCount' : '';
      const query = `{ told: ${list}(filter: { ${name}: ${JSON.stringify(valueFor(filter))} }) { nodes { __typename } ${count} } }`;
      const seen = (await server.graphql(query, {}, OF_SYSTEM.includes(list) ? operator : owner)).body;
      expect(seen.data?.told?.nodes.length ?? 0, `${query} ${JSON.stringify(seen)}`).toBeGreaterThan(0);
      for (const by of ['ofDomain', 'ofProject']) {
        const { body } = await server.graphql(query, {}, others[by]);
        // A project has no groups to list, and no tenant has nodes.
        if (body.errors) expect(body.errors[0].extensions.reason, query).toBe('WRONG_SCOPE');
        else expect(body.data.told, query).toEqual({ nodes: [], ...(isCounted && { totalCount: 0 }) });
      }
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
      [PERMISSIONS, 'Agent', (id) => ({ principal: { agent: { id } } })],
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
