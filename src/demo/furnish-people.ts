import { mutate } from '../cli/common/client.js';
import type { Connection } from '../cli/common/connection.js';
import {
  AddGroupMemberDocument,
  CreateDomainDocument,
  CreateGroupDocument,
  CreateProjectDocument,
  CreateUserDocument,
  GrantRoleDocument,
} from '../generated/documents.js';
import type { Callers } from './callers.js';
import {
  ADMIN,
  GRANTS,
  type Grant,
  type Group,
  MAKERS,
  ON_CALL,
  onDomain,
  type Person,
  STAFF,
  SYSTEM,
  TENANTS,
  TENANTS_PEOPLE,
  type Tenant,
} from './cast.js';

const DAY_MS = 86_400_000;

/** Tenants, people, groups, and who may do what. */
export async function furnishPeople(callers: Callers, password: string): Promise<void> {
  const system = await callers.as(ADMIN, SYSTEM);
  await grant(system, { to: ADMIN, role: 'admin', on: onDomain('default'), reason: 'to make the staff' });
  const home = await callers.as(ADMIN, onDomain('default'));
  for (const person of Object.values(STAFF)) await createUser(home, person, password);
  await createGroup(home, ON_CALL);
  for (const tenant of TENANTS) await furnishTenant(callers, tenant, password);
  await createGroup(await callers.as(TENANTS_PEOPLE.ann, onDomain('acme')), MAKERS);
  for (const one of GRANTS) await grant(system, one);
}

/** The administrator of the deployment makes a tenant and its administrator, and that one the rest. */
async function furnishTenant(callers: Callers, tenant: Tenant, password: string): Promise<void> {
  const { name, description, admin, projects } = tenant;
  const system = await callers.as(ADMIN, SYSTEM);
  await mutate(system, CreateDomainDocument, { name, description });
  // So that whoever looks around as the administrator sees everything.
  await grant(system, { to: ADMIN, role: 'admin', on: onDomain(name), reason: 'the demo' });
  await grant(system, { to: ADMIN, role: 'admin', on: onDomain(name), isInherited: true, reason: 'the demo' });
  await createUser(await callers.as(ADMIN, onDomain(name)), admin, password);
  await grant(system, { to: admin, role: 'admin', on: onDomain(name) });
  const own = await callers.as(admin, onDomain(name));
  for (const [project, purpose] of projects)
    await mutate(own, CreateProjectDocument, { name: project, description: purpose });
  const people = Object.values(TENANTS_PEOPLE).filter((one) => one.domain === name && one.name !== admin.name);
  for (const person of people) await createUser(own, person, password);
}

async function createUser(connection: Connection, person: Person, password: string): Promise<void> {
  const { name, displayName, domain } = person;
  const email = `${name}@${domain}.example`;
  await mutate(connection, CreateUserDocument, { name, displayName, email, password, mustChangePassword: false });
}

async function createGroup(connection: Connection, { name, description, members }: Group): Promise<void> {
  await mutate(connection, CreateGroupDocument, { name, description });
  for (const member of members)
    await mutate(connection, AddGroupMemberDocument, { group: { name }, user: { inDomain: named(member) } });
}

async function grant(connection: Connection, given: Grant): Promise<void> {
  const { to, role, on: scope, isInherited, days, reason } = given;
  const who = 'members' in to ? { group: { inDomain: named(to) } } : { user: { inDomain: named(to) } };
  const expiresAt = days === undefined ? undefined : inDays(days);
  await mutate(connection, GrantRoleDocument, { ...who, role: { name: role }, scope, isInherited, expiresAt, reason });
}

const named = ({ name, domain }: { readonly name: string; readonly domain: string }) => ({ name, domain });

/** A time from now, as the API takes it. */
export const inDays = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString();
