import { eq } from 'drizzle-orm';
import { attestationRecords, type RecordRow } from '../../src/attestation/records/tables.js';
import { bumpEpoch, type Services } from '../../src/authority/index.js';
import { firstVersion } from '../../src/db/by-id.js';
import { agents } from '../../src/identity/agents/tables.js';
import { roleAssignments } from '../../src/identity/assignments/tables.js';
import { apiCredentials } from '../../src/identity/credentials/tables.js';
import { domains } from '../../src/identity/domains/tables.js';
import { groupMembers, groups } from '../../src/identity/groups/tables.js';
import { projects } from '../../src/identity/projects/tables.js';
import { roleImplications, roles } from '../../src/identity/roles/tables.js';
import { newToken, tokenHash } from '../../src/identity/tokens/authenticate.js';
import { tokens } from '../../src/identity/tokens/tables.js';
import { users } from '../../src/identity/users/tables.js';
import { type Id, newId } from '../../src/platform/ids.js';
import { asId, asIds } from './ids.js';

export type RoleName = 'admin' | 'manager' | 'member' | 'reader' | 'service';

export type TestScope =
  | { readonly type: 'system' | 'unscoped' }
  | { readonly type: 'domain'; readonly domainId: string }
  | { readonly type: 'project'; readonly domainId: string; readonly projectId: string };

/** A scope that a domain or a project is. */
export type OwnedScope = Exclude<TestScope, { type: 'unscoped' | 'system' }>;

export interface Persona {
  readonly scope: TestScope;
  readonly role?: RoleName;
  /** Whose the token is; a new user of the scope's domain by default. */
  readonly userId?: string;
  /** The new user's domain where the scope has none, by default the one of the first start. */
  readonly homeDomainId?: string;
  readonly expiresAt?: Date;
}

export interface Bearer {
  readonly userId: string;
  readonly token: string;
}

export interface Given {
  readonly userId?: string;
  readonly groupId?: string;
  readonly roleId: string;
  readonly domainId?: string;
  readonly projectId?: string;
  readonly isInherited?: boolean;
  readonly expiresAt?: Date;
}

export interface MadeAgent {
  /** Its id by default. */
  readonly name?: string;
  /** Kinds that nothing creates yet are texts. */
  readonly kind?: string;
  readonly trustState?: string;
  readonly trustedUntil?: Date;
  /** The node that it is of. */
  readonly nodeId?: string;
  /** What its attestation record differs by from one of which nothing is known; without it there is no record. */
  readonly record?: Partial<RecordRow>;
}

interface OfProject {
  readonly domainId: string;
  readonly projectId: string;
}

const LIFETIME_MS = 3_600_000;

/** Rows that stories begin with, written as the services would. */
export function worldOf(services: Services) {
  return { ...scopes(services), ...rights(services), ...principals(services) };
}

function scopes({ db, clock }: Services) {
  const numbered = counter();
  return {
    async domain(name = numbered('domain')): Promise<string> {
      const id = newId('Domain');
      await db.insert(domains).values({ id, name, description: null, ...firstVersion(clock.now()) });
      return id;
    },
    async project(domainId: string, name = numbered('project')) {
      const projectId = newId('Project');
      await db
        .insert(projects)
        .values(asIds({ id: projectId, domainId, name, description: null, ...firstVersion(clock.now()) }));
      return { type: 'project', domainId, projectId } as const;
    },
    /** A project whose agents and lists the system manages. */
    async operatorsProject(domainId: string, name = numbered('operators')) {
      const projectId = newId('Project');
      const row = { id: projectId, domainId, name, description: null, isOperators: true };
      await db.insert(projects).values(asIds({ ...row, ...firstVersion(clock.now()) }));
      await db.transaction(bumpEpoch);
      return { type: 'project', domainId, projectId } as const;
    },
    async child(parent: OfProject, name: string) {
      const id = newId('Project');
      const place = { domainId: parent.domainId, parentId: parent.projectId, depth: 2 };
      await db.insert(projects).values(asIds({ id, ...place, name, ...firstVersion(clock.now()) }));
      return { type: 'project', domainId: parent.domainId, projectId: id } as const;
    },
    async defaultDomainId() {
      const [row] = await db.select({ id: domains.id }).from(domains).where(eq(domains.name, 'default'));
      return row?.id ?? '';
    },
  };
}

function rights({ db, clock }: Services) {
  const helpers = {
    /** Of one of the roles that every server has. */
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
    async group(domainId: string, name: string | null, ...members: string[]): Promise<Id<'Group'>> {
      const id = newId('Group');
      await db.insert(groups).values(asIds({ id, domainId, name: name ?? id, ...firstVersion(clock.now()) }));
      const rows = members.map((userId) => ({ groupId: id, userId, createdAt: clock.now() }));
      if (rows.length > 0) await db.insert(groupMembers).values(asIds(rows));
      await db.transaction(bumpEpoch);
      return id;
    },
    async give({ isInherited = false, ...given }: Given): Promise<string> {
      const id = newId('RoleAssignment');
      const scopeType = given.projectId ? 'project' : given.domainId ? 'domain' : 'system';
      await db.insert(roleAssignments).values(asIds({ id, scopeType, isInherited, createdAt: clock.now(), ...given }));
      await db.transaction(bumpEpoch);
      return id;
    },
    async assign(userId: string, name: RoleName, scope: TestScope): Promise<void> {
      const roleId = await helpers.roleId(name);
      if (roleId === '' || scope.type === 'unscoped') throw new Error(`no assignment of ${name} there`);
      const { type: _, ...owner } = scope;
      await helpers.give({ userId, roleId, ...owner });
    },
  };
  return helpers;
}

function principals(services: Services) {
  const { db, clock } = services;
  const numbered = counter();
  const inAnHour = () => new Date(clock.now().getTime() + LIFETIME_MS);
  const helpers = {
    async user(domainId: string, name = numbered('user')): Promise<string> {
      const id = newId('User');
      const row = { id, domainId, name, passwordHash: 'never matches', isEnabled: true, ...firstVersion(clock.now()) };
      await db.insert(users).values(asIds(row));
      return id;
    },
    async token({ scope, role, userId, homeDomainId, expiresAt }: Persona): Promise<Bearer> {
      const home = homeDomainId ?? ('domainId' in scope ? scope.domainId : await scopes(services).defaultDomainId());
      const bearer = { userId: userId ?? (await helpers.user(home)), token: newToken() };
      if (role) await rights(services).assign(bearer.userId, role, scope);
      const { type: scopeType, ...owner } = scope;
      const row = { id: newId('Token'), hash: tokenHash(bearer.token), userId: bearer.userId, scopeType, ...owner };
      await db.insert(tokens).values(asIds({ ...row, createdAt: clock.now(), expiresAt: expiresAt ?? inAnHour() }));
      return bearer;
    },
    /** An API credential with the role of a reader. */
    async credential(userId: string, scope: OwnedScope, name?: string): Promise<Id<'ApiCredential'>> {
      const id = newId('ApiCredential');
      const [user] = await db
        .select()
        .from(users)
        .where(eq(users.id, asId(userId)));
      const { type: scopeType, ...owner } = scope;
      const row = { id, userId, userDomainId: user?.domainId ?? '', name: name ?? id, scopeType, ...owner };
      const limits = { keyHash: tokenHash(id), roles: ['reader'], createdAt: clock.now(), expiresAt: inAnHour() };
      await db.insert(apiCredentials).values(asIds({ ...row, ...limits }));
      return id;
    },
    async agent({ domainId, projectId }: OfProject, made: MadeAgent = {}): Promise<Id<'Agent'>> {
      const { name, kind = 'MACHINE', trustState = 'TRUSTED', trustedUntil = null, nodeId = null, record } = made;
      const id = newId('Agent');
      const owner = asIds({ domainId, projectId });
      const trust = { trustState, trustedUntil };
      const row = { id, kind: kind as 'MACHINE', ...owner, name: name ?? id, ...trust, createdBy: 'the test' };
      await db
        .insert(agents)
        .values({ ...row, nodeId: nodeId === null ? null : asId(nodeId), ...firstVersion(clock.now()) });
      const common = { tpmKind: 'PHYSICAL', isLiving: false, acceptedCount: 0, rejectedCount: 0 } as const;
      if (record) await db.insert(attestationRecords).values({ agentId: id, ...owner, ...common, ...record });
      return id;
    },
    async agentToken(agentId: string): Promise<string> {
      const token = newToken();
      const row = { id: newId('Token'), hash: tokenHash(token), agentId, scopeType: 'agent' as const };
      await db.insert(tokens).values(asIds({ ...row, createdAt: clock.now(), expiresAt: inAnHour() }));
      return token;
    },
  };
  return helpers;
}

function counter() {
  let count = 0;
  return (name: string) => `${name}-${++count}`;
}
