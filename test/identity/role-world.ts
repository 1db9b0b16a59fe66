import fc from 'fast-check';
import type { Db } from '../../src/db/open.js';
import type { RoleScope } from '../../src/identity/assignments/index.js';
import { roleAssignments } from '../../src/identity/assignments/tables.js';
import { domains } from '../../src/identity/domains/tables.js';
import { groupMembers, groups } from '../../src/identity/groups/tables.js';
import { projects } from '../../src/identity/projects/tables.js';
import { roleImplications, roles } from '../../src/identity/roles/tables.js';
import { users } from '../../src/identity/users/tables.js';
import type { Id } from '../../src/platform/ids.js';
import { asId } from '../harness/ids.js';

export const DOMAINS = ['d0', 'd1'].map(asId);
export const USERS = ['u0', 'u1', 'u2'].map(asId);
const GROUPS = ['g0', 'g1'].map(asId);
export const at = (time: number) => new Date(time * 1000);
const createdAt = at(0);

/** Roles by their number: those of lower numbers may imply those of higher, so that there is no cycle. */
interface Role {
  readonly id: Id<'Role'>;
  readonly domainId: Id<'Domain'> | null;
  readonly name: string;
  readonly implies: readonly Id<'Role'>[];
}
interface Project {
  readonly id: Id<'Project'>;
  readonly domainId: Id<'Domain'>;
  readonly parentId: Id<'Project'> | null;
}
interface Assignment {
  readonly userId: Id<'User'> | null;
  readonly groupId: Id<'Group'> | null;
  readonly roleId: Id<'Role'>;
  readonly scope: RoleScope;
  readonly isInherited: boolean;
  readonly notBefore: number | null;
  readonly expiresAt: number | null;
}
export interface World {
  readonly roles: readonly Role[];
  readonly projects: readonly Project[];
  readonly members: readonly (readonly [group: Id<'Group'>, user: Id<'User'>])[];
  readonly assignments: readonly Assignment[];
}

/** The plain model: who holds what, by asking upwards and downwards until there is nothing left to ask. */
export function modelRoles(world: World, userId: string, scope: RoleScope, now: number): string[] {
  const isHolder = ({ userId: user, groupId }: Assignment) =>
    user === userId || world.members.some(([group, member]) => group === groupId && member === userId);
  const isInForce = ({ notBefore, expiresAt }: Assignment) =>
    (notBefore === null || notBefore <= now) && (expiresAt === null || now < expiresAt);
  const held = world.assignments.filter((one) => isHolder(one) && isInForce(one) && reaches(world, one, scope));
  return [...new Set(held.flatMap(({ roleId }) => namesFrom(world, roleId, scope.domainId)))].sort();
}

function reaches(world: World, { scope: given, isInherited }: Assignment, scope: RoleScope): boolean {
  if (!isInherited) return same(given, scope);
  const above = containerOf(world, scope);
  if (above === null || above.type === 'system') return false;
  return same(given, above) || reaches(world, { scope: given, isInherited } as Assignment, above);
}

/** What a scope lies in, as far as roles are handed on: the project above, or the domain. */
function containerOf(world: World, scope: RoleScope): RoleScope | null {
  if (scope.type !== 'project') return null;
  const parentId = world.projects.find(({ id }) => id === scope.projectId)?.parentId ?? null;
  if (parentId !== null) return { type: 'project', domainId: scope.domainId, projectId: parentId };
  return { type: 'domain', domainId: scope.domainId, projectId: null };
}

const same = (a: RoleScope, b: RoleScope) =>
  a.type === b.type && a.domainId === b.domainId && a.projectId === b.projectId;

/** A domain's role counts in its domain only, wherever it stands. */
function namesFrom(world: World, roleId: string, domainId: string | null): string[] {
  const role = world.roles.find(({ id }) => id === roleId);
  if (role === undefined || (role.domainId !== null && role.domainId !== domainId)) return [];
  const implied = role.implies.flatMap((id) => namesFrom(world, id, domainId));
  return role.domainId === null ? [role.name, ...implied] : implied;
}

const scopeArbitrary = (all: readonly Project[]): fc.Arbitrary<RoleScope> =>
  fc.oneof(
    fc.constant<RoleScope>({ type: 'system', domainId: null, projectId: null }),
    fc.constantFrom(...DOMAINS).map((domainId): RoleScope => ({ type: 'domain', domainId, projectId: null })),
    fc.constantFrom(...all).map(({ id, domainId }): RoleScope => ({ type: 'project', domainId, projectId: id })),
  );

/** Names repeat on purpose: a domain's role may be called like a global one. */
const rolesArbitrary: fc.Arbitrary<Role[]> = fc
  .array(fc.record({ owner: fc.constantFrom(null, null, ...DOMAINS), name: fc.nat(2), implies: fc.array(fc.nat(6)) }), {
    minLength: 2,
    maxLength: 6,
    size: 'max',
  })
  .map((drawn) => {
    const taken = new Set<string>();
    return drawn.map(({ owner, name: number, implies }, index) => {
      const name = taken.has(`${owner} n${number}`) ? `other${index}` : `n${number}`;
      taken.add(`${owner} ${name}`);
      const later = [...new Set(implies)].filter((one) => one > index && one < drawn.length);
      return { id: asId(`r${index}`), domainId: owner, name, implies: later.map((one) => asId(`r${one}`)) };
    });
  });

const projectsArbitrary: fc.Arbitrary<Project[]> = fc
  .array(fc.record({ domain: fc.nat(1), parent: fc.option(fc.nat(5)) }), { minLength: 1, maxLength: 6, size: 'max' })
  .map((drawn) =>
    drawn.map(({ domain, parent }, index) => {
      const domainId = asId(`d${domain}`);
      const isBefore = parent !== null && parent < index && drawn[parent]?.domain === domain;
      return { id: asId(`p${index}`), domainId, parentId: isBefore ? asId(`p${parent}`) : null };
    }),
  );

const timeArbitrary = fc.option(fc.integer({ min: 1, max: 9 }), { freq: 2 });

const anyWorld: fc.Arbitrary<World> = fc
  .record({ roles: rolesArbitrary, projects: projectsArbitrary })
  .chain(({ roles: allRoles, projects: allProjects }) =>
    fc.record({
      roles: fc.constant(allRoles),
      projects: fc.constant(allProjects),
      members: fc.uniqueArray(fc.tuple(fc.constantFrom(...GROUPS), fc.constantFrom(...USERS)), { selector: String }),
      assignments: fc.array(
        fc
          .record({
            holder: fc.constantFrom(...USERS, ...GROUPS),
            roleId: fc.constantFrom(...allRoles.map(({ id }) => id)),
            scope: scopeArbitrary(allProjects),
            isInherited: fc.boolean(),
            notBefore: timeArbitrary,
            expiresAt: timeArbitrary,
          })
          .map(({ holder, isInherited, ...rest }) => ({
            ...rest,
            isInherited: isInherited && rest.scope.type !== 'system',
            userId: USERS.includes(holder) ? holder : null,
            groupId: GROUPS.includes(holder) ? holder : null,
          })),
        { minLength: 4, maxLength: 12, size: 'max' },
      ),
    }),
  );

/** Writes a world instead of what was there. */
export async function writeWorld(db: Db, world: World): Promise<void> {
  for (const table of [roleAssignments, groupMembers, groups, users, roleImplications, roles, projects, domains]) {
    await db.delete(table);
  }
  await db.insert(domains).values(DOMAINS.map((id) => ({ id, name: id, createdAt })));
  for (const { id, domainId, parentId } of world.projects) {
    await db.insert(projects).values({ id, domainId, parentId, name: id, createdAt });
  }
  const person = { domainId: asId('d0'), passwordHash: '', isEnabled: true, createdAt };
  await db.insert(users).values(USERS.map((id) => ({ ...person, id, name: id })));
  await db.insert(groups).values(GROUPS.map((id) => ({ id, domainId: asId('d0'), name: id, createdAt })));
  await db.insert(roles).values(world.roles.map(({ implies, ...role }) => ({ ...role, isImmutable: false })));
  const implications = world.roles.flatMap(({ id, implies }) =>
    implies.map((impliedRoleId) => ({ roleId: id, impliedRoleId })),
  );
  if (implications.length > 0) await db.insert(roleImplications).values(implications);
  const members = world.members.map(([groupId, userId]) => ({ groupId, userId, createdAt }));
  if (members.length > 0) await db.insert(groupMembers).values(members);
  const given = world.assignments.map(({ scope, notBefore, expiresAt, ...one }, index) => ({
    ...one,
    id: asId(`a${index}`),
    scopeType: scope.type,
    domainId: scope.domainId,
    projectId: scope.projectId,
    notBefore: notBefore === null ? null : at(notBefore),
    expiresAt: expiresAt === null ? null : at(expiresAt),
    createdAt,
  }));
  if (given.length > 0) await db.insert(roleAssignments).values(given);
}

/** Of what is given twice the first one counts, as in the table. */
const once = (world: World): World => {
  const keyOf = ({ notBefore, expiresAt, ...key }: Assignment) => JSON.stringify(key);
  const kept = new Map([...world.assignments].reverse().map((one) => [keyOf(one), one]));
  return { ...world, assignments: world.assignments.filter((one) => kept.get(keyOf(one)) === one) };
};

export const worldArbitrary = anyWorld.map(once);
