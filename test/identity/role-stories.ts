import { eq } from 'drizzle-orm';
import { bumpEpoch } from '../../src/authority/index.js';
import { groupMembers, groups } from '../../src/identity/groups/tables.js';
import { projects } from '../../src/identity/projects/tables.js';
import { newId } from '../../src/platform/ids.js';
import { asId, asIds } from '../harness/ids.js';
import type { Answer, Json, TestScope, TestServer } from '../harness/server.js';

const ROLE = '{ id name description domain { id } implies impliedRoles { name } isImmutable isSystemOnly etag }';
const ERRORS = 'userErrors { code message path }';
const DOCUMENTS = {
  createRole: `mutation ($input: CreateRoleInput!) { createRole(input: $input) { role ${ROLE} ${ERRORS} } }`,
  updateRole: `mutation ($input: UpdateRoleInput!) { updateRole(input: $input) { role ${ROLE} ${ERRORS} } }`,
  deleteRole: `mutation ($input: DeleteRoleInput!) { deleteRole(input: $input) { roleId ${ERRORS} } }`,
  addImpliedRole: `mutation ($input: AddImpliedRoleInput!) { addImpliedRole(input: $input) { role ${ROLE} ${ERRORS} } }`,
  removeImpliedRole: `mutation ($input: RemoveImpliedRoleInput!) {
    removeImpliedRole(input: $input) { role ${ROLE} ${ERRORS} } }`,
  grantRole: `mutation ($input: GrantRoleInput!) { grantRole(input: $input) {
    roleAssignment { id role roleDomain { id } user { id } group { id } isInherited expiresAt reason } ${ERRORS} } }`,
  revokeRole: `mutation ($input: RevokeRoleInput!) { revokeRole(input: $input) { roleAssignmentId ${ERRORS} } }`,
} as const;

type Project = Extract<TestScope, { type: 'project' }>;
export type RoleMutation = keyof typeof DOCUMENTS;

/** What tests of roles ask of a server. */
export function roleStories(server: TestServer) {
  const stories = {
    change: (mutation: RoleMutation, input: object, token: string): Promise<Answer> =>
      server.graphql(DOCUMENTS[mutation], { input }, token),

    /** The payload of a change that must not be refused. */
    async changed(mutation: RoleMutation, input: object, token: string): Promise<Json> {
      const { body } = await stories.change(mutation, input, token);
      if (body.errors) throw new Error(JSON.stringify(body.errors));
      return body.data[mutation];
    },

    /** A role as the caller reads it, by its name. */
    async role(name: string, token: string, filter: object = {}): Promise<Json> {
      const query = `query ($filter: RoleFilter) { roles(filter: $filter) { nodes ${ROLE} } }`;
      const { body } = await server.graphql(query, { filter: { names: [name], ...filter } }, token);
      return body.data.roles.nodes[0];
    },

    async create(name: string, token: string, more: object = {}): Promise<Json> {
      const { role, userErrors } = await stories.changed('createRole', { name, ...more }, token);
      if (role === null) throw new Error(JSON.stringify(userErrors));
      return role;
    },

    /** Lets one role imply another, both by name, and answers the whole answer. */
    async imply(role: string, implied: string, token: string): Promise<Answer> {
      const { id: roleId, etag } = await stories.role(role, token);
      const { id: impliedRoleId } = await stories.role(implied, token);
      return stories.change(
        'addImpliedRole',
        { role: { id: roleId }, impliedRole: { id: impliedRoleId }, etag },
        token,
      );
    },

    /** What the audit log tells of somebody's denied requests. */
    async denialsOf(userId: string): Promise<Json[]> {
      const query = `query ($id: ID!) { auditEntries(filter: { outcomes: [DENIED], actorIds: [$id] }) {
        nodes { action policy details } } }`;
      const { body } = await server.graphql(query, { id: userId }, await stories.as({ type: 'system' }, 'reader'));
      return body.data.auditEntries.nodes;
    },

    /** A project inside another. */
    async subproject(parent: Project): Promise<Project> {
      const project = await server.project(parent.domainId);
      const { db } = server.services;
      const [above] = await db
        .select()
        .from(projects)
        .where(eq(projects.id, asId(parent.projectId)));
      const place = { parentId: parent.projectId, depth: (above?.depth ?? 0) + 1 };
      await db.update(projects).set(asIds(place)).where(eq(projects.id, project.projectId));
      return project;
    },

    /** A group with members. */
    async group(domainId: string, ...members: string[]): Promise<string> {
      const { db, clock } = server.services;
      const id = newId('Group');
      const createdAt = clock.now();
      await db.insert(groups).values(asIds({ id, domainId, name: id, createdAt }));
      for (const userId of members) await db.insert(groupMembers).values(asIds({ groupId: id, userId, createdAt }));
      await db.transaction(bumpEpoch);
      return id;
    },

    as: async (scope: TestScope, role: 'admin' | 'manager' | 'member' | 'reader') =>
      (await server.token({ scope, role })).token,

    /** The roles in a user's token for a scope. */
    async rolesOf(userId: string, scope: TestScope): Promise<string[]> {
      const { token } = await server.token({ scope, userId });
      return (await server.graphql('{ viewer { roles } }', {}, token)).body.data.viewer.roles;
    },
  };
  return stories;
}
