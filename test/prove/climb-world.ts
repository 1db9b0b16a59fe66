import { eq, inArray, or, type SQL, sql } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import { allowlists } from '../../src/attestation/allowlists/tables.js';
import { joinTokens } from '../../src/fleet/join-tokens/tables.js';
import { nodes } from '../../src/fleet/nodes/tables.js';
import { agents } from '../../src/identity/agents/tables.js';
import { effectiveRoles } from '../../src/identity/assignments/index.js';
import { roleAssignments } from '../../src/identity/assignments/tables.js';
import { apiCredentials } from '../../src/identity/credentials/tables.js';
import { domains } from '../../src/identity/domains/tables.js';
import { groupMembers, groups } from '../../src/identity/groups/tables.js';
import { projects } from '../../src/identity/projects/tables.js';
import { roleEtag } from '../../src/identity/roles/etag.js';
import { findRoleById } from '../../src/identity/roles/index.js';
import { roleImplications, roles } from '../../src/identity/roles/tables.js';
import { users } from '../../src/identity/users/tables.js';
import { etagOf } from '../../src/platform/etag.js';
import { newId } from '../../src/platform/ids.js';
import { asId, asIds } from '../harness/ids.js';
import type { RoleName, TestScope, TestServer } from '../harness/server.js';
import { makeClimbFleet } from './climb-fleet.js';
import type { Pool } from './random-input.js';

/** Two tenants, with people, groups and roles of their own worth getting hold of. */
export interface ClimbWorld {
  readonly home: string;
  readonly scopes: Readonly<
    Record<
      'system' | 'home' | 'own' | 'nested' | 'away' | 'foreign',
      Exclude<TestScope, { type: 'system' | 'unscoped' }> | { readonly type: 'system' }
    >
  >;
  /** The persona's project and what is nested in it. */
  readonly ownProjects: readonly string[];
  /** Everything of the two tenants and of the system, as it is now. */
  pool(): Promise<Pool>;
}

export async function makeClimbWorld(server: TestServer): Promise<ClimbWorld> {
  const { db } = server.services;
  const home = await server.domain(newId('Domain'));
  const away = await server.domain(newId('Domain'));
  const own = await server.project(home);
  const nested = await server.project(home);
  await db.update(projects).set({ parentId: own.projectId, depth: 2 }).where(eq(projects.id, nested.projectId));
  const scopes = {
    system: { type: 'system' },
    home: { type: 'domain', domainId: home },
    away: { type: 'domain', domainId: away },
    own,
    nested,
    foreign: await server.project(away),
  } as const;
  await makePeople(server, scopes, home);
  await makeClimbFleet(server, own);
  return { home, scopes, ownProjects: [own.projectId, nested.projectId], pool: () => poolOf(server, [home, away]) };
}

/** Holders of each role at each scope, alone and in groups. */
async function makePeople(server: TestServer, scopes: ClimbWorld['scopes'], home: string): Promise<void> {
  const { db, clock } = server.services;
  const ROLES: readonly RoleName[] = ['admin', 'manager', 'reader'];
  for (const scope of Object.values(scopes)) {
    for (const role of ROLES) await server.token({ scope, role, homeDomainId: home });
  }
  for (const [name, scope] of Object.entries(scopes)) {
    const group = { id: newId('Group'), domainId: home, name, createdAt: clock.now() };
    await db.insert(groups).values(asIds(group));
    const { userId } = await server.token({ scope, role: 'admin', homeDomainId: home });
    await db
      .update(roleAssignments)
      .set({ userId: null, groupId: group.id })
      .where(eq(roleAssignments.userId, asId(userId)));
    await db.insert(groupMembers).values(asIds({ groupId: group.id, userId, createdAt: clock.now() }));
  }
  await makeRoles(server, home);
}

/** A role of the tenant that brings something, and one of the deployment that only the system gives. */
async function makeRoles({ services: { db } }: TestServer, home: string): Promise<void> {
  const global = await db.select().from(roles);
  const idOf = (name: string) => global.find((row) => row.name === name && row.domainId === null)?.id ?? '';
  const own = { id: newId('Role'), domainId: home, name: 'helper', isImmutable: false };
  await db.insert(roles).values(asIds(own));
  await db.insert(roleImplications).values(asIds({ roleId: own.id, impliedRoleId: idOf('reader') }));
  // A walk before this one may have renamed or deleted either.
  const made = [
    { id: newId('Role'), name: 'vault', isImmutable: false, isSystemOnly: true },
    { id: newId('Role'), name: 'helpdesk', isImmutable: false },
  ];
  await db.insert(roles).values(made).onConflictDoNothing();
}

/** The scopes on which a user holds something. */
export async function scopesOf({ services }: TestServer, { scopes }: ClimbWorld, userId: string) {
  const held: TestScope[] = [];
  for (const scope of Object.values(scopes)) {
    const ids = { domainId: null, projectId: null, ...scope };
    const names = await effectiveRoles(services.db, {}, asId(userId), asIds(ids), 0, services.clock.now());
    if (names.length > 0) held.push(scope);
  }
  return held;
}

const OF_THE_FLEET = { Node: nodes, JoinToken: joinTokens, Agent: agents, Allowlist: allowlists } as const;
const OF_A_DOMAIN = { Project: projects, User: users, Group: groups } as const;

async function poolOf({ services: { db, declared } }: TestServer, tenants: readonly string[]): Promise<Pool> {
  const ids = new Map<string, string[]>([['Domain', [...tenants]]]);
  const etags = new Map<string, string>();
  const read = async (kind: string, table: PgTable, where: SQL | undefined) => {
    const rows = (await db.select().from(table).where(where)) as { id: string; version?: number }[];
    ids.set(
      kind,
      rows.map(({ id }) => id),
    );
    for (const { id, version } of rows) if (version !== undefined) etags.set(id, etagOf({ id, version }));
  };
  for (const [kind, table] of Object.entries(OF_A_DOMAIN))
    await read(kind, table, inArray(table.domainId as PgColumn, [...tenants]));
  await read('Role', roles, or(sql`${roles.domainId} is null`, inArray(roles.domainId, asIds([...tenants]))));
  for (const id of ids.get('Role') ?? []) {
    const role = await findRoleById(db, asId(id));
    if (role) etags.set(id, roleEtag(role));
  }
  const people = ids.get('User') ?? [];
  const isTheirs = or(
    inArray(roleAssignments.userId, asIds(people)),
    inArray(roleAssignments.groupId, asIds(ids.get('Group') ?? [])),
  );
  await read('RoleAssignment', roleAssignments, isTheirs);
  await read('ApiCredential', apiCredentials, inArray(apiCredentials.userId, asIds(people)));
  for (const [kind, table] of Object.entries(OF_THE_FLEET)) await read(kind, table, undefined);
  for (const id of tenants) {
    const [row] = await db
      .select()
      .from(domains)
      .where(eq(domains.id, asId(id)));
    if (row) etags.set(id, etagOf(row));
  }
  return {
    ids,
    roles: ['admin', 'Admin', 'manager', 'member', 'reader', 'service', 'helper', 'vault', 'helpdesk'],
    policies: declared.policies.map(({ name }) => name),
    etagOf: (id) => etags.get(id),
  };
}
