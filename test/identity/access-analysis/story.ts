import { eq } from 'drizzle-orm';
import { bumpEpoch } from '../../../src/authority/index.js';
import { agents } from '../../../src/identity/agents/tables.js';
import { roleAssignments } from '../../../src/identity/assignments/tables.js';
import { groupMembers, groups } from '../../../src/identity/groups/tables.js';
import { projects } from '../../../src/identity/projects/tables.js';
import { roleImplications, roles } from '../../../src/identity/roles/tables.js';
import { newId } from '../../../src/platform/ids.js';
import { asIds } from '../../harness/ids.js';
import type { TestServer } from '../../harness/server.js';

export const PERMISSIONS = `query ($principal: PrincipalRef!, $scope: ScopeRef) {
  effectivePermissions(principal: $principal, scope: $scope) {
    user { id } agent { id } scope { type } roles
    permissions { policy dependsOnTarget roles
      paths { assignmentId scope { type } isInherited at { type project { id } } groupId groupName roles } } } }`;
export const EXPLAIN = `query ($principal: PrincipalRef!, $scope: ScopeRef, $policy: String!, $target: ID) {
  explainDecision(principal: $principal, scope: $scope, policy: $policy, targetId: $target) {
    outcome scope { type } scopeTypes roles obstacle missing { role scope { type } }
    checks { depth check value isBoundary isDeciding held target } } }`;
export const WHO_CAN = `query ($policy: String!, $target: ID, $scope: ScopeRef, $first: Int, $after: String) {
  whoCan(policy: $policy, targetId: $target, scope: $scope, first: $first, after: $after) {
    access openScopeTypes hiddenCount
    nodes { user { id } agent { id } roles paths { assignmentId isInherited at { type } groupName roles } }
    pageInfo { hasNextPage endCursor } } }`;
/** The same without the ways, which make pages dear. */
export const WHO_CAN_BRIEFLY = `query ($policy: String!, $target: ID, $scope: ScopeRef, $first: Int) {
  whoCan(policy: $policy, targetId: $target, scope: $scope, first: $first) {
    openScopeTypes hiddenCount nodes { user { id } } } }`;
export const EFFECTIVE = `query ($filter: EffectiveRoleAssignmentFilter, $first: Int, $after: String) {
  effectiveRoleAssignments(filter: $filter, first: $first, after: $after) {
    nodes { user { id } roles isInForce path { assignmentId isInherited groupName roles scope { type } at { type } } }
    pageInfo { hasNextPage endCursor } } }`;

export interface Given {
  readonly userId?: string;
  readonly groupId?: string;
  readonly roleId: string;
  readonly domainId?: string;
  readonly projectId?: string;
  readonly isInherited?: boolean;
  readonly expiresAt?: Date;
}

/** Rows that stories about rights begin with, written as the services would. */
export function rowsOf({ services: { db, clock } }: TestServer) {
  return {
    async roleId(name: string): Promise<string> {
      const [row] = await db.select().from(roles).where(eq(roles.name, name));
      return row?.id ?? '';
    },
    async role(name: string, domainId: string | null, ...implies: string[]): Promise<string> {
      const id = newId('Role');
      await db.insert(roles).values(asIds({ id, name, domainId, isImmutable: false }));
      for (const impliedRoleId of implies)
        await db.insert(roleImplications).values(asIds({ roleId: id, impliedRoleId }));
      await db.transaction(bumpEpoch);
      return id;
    },
    async group(domainId: string, name: string, ...members: string[]): Promise<string> {
      const id = newId('Group');
      await db.insert(groups).values(asIds({ id, domainId, name, createdAt: clock.now() }));
      const rows = members.map((userId) => ({ groupId: id, userId, createdAt: clock.now() }));
      if (rows.length > 0) await db.insert(groupMembers).values(asIds(rows));
      return id;
    },
    async child(parent: { domainId: string; projectId: string }, name: string) {
      const id = newId('Project');
      const place = { domainId: parent.domainId, parentId: parent.projectId, depth: 2 };
      await db.insert(projects).values(asIds({ id, ...place, name, createdAt: clock.now() }));
      return { type: 'project', domainId: parent.domainId, projectId: id } as const;
    },
    async give({ isInherited = false, ...given }: Given): Promise<string> {
      const id = newId('RoleAssignment');
      const scopeType = given.projectId ? 'project' : given.domainId ? 'domain' : 'system';
      await db.insert(roleAssignments).values(asIds({ id, scopeType, isInherited, createdAt: clock.now(), ...given }));
      await db.transaction(bumpEpoch);
      return id;
    },
    async agent({ domainId, projectId }: { domainId: string; projectId: string }, trustState = 'TRUSTED') {
      const id = newId('Agent');
      const row = { id, kind: 'MACHINE' as const, domainId, projectId, name: id, trustState, createdBy: 'story' };
      await db.insert(agents).values(asIds({ ...row, createdAt: clock.now() }));
      return id;
    },
  };
}
