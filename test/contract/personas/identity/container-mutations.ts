import { eq, sql } from 'drizzle-orm';
import { domains } from '../../../../src/identity/domains/tables.js';
import { projects } from '../../../../src/identity/projects/tables.js';
import { users } from '../../../../src/identity/users/tables.js';
import { etagOf } from '../../../../src/platform/etag.js';
import { newId } from '../../../../src/platform/ids.js';
import { asId } from '../../../harness/ids.js';
import type { RoleName, TestServer } from '../../../harness/server.js';
import type { Attempt, Attempts } from '../fixture.js';
import type { Owner, Principal, Project } from '../owners.js';
import { OWNERS, PROJECTS, type World } from '../world.js';

/** A domain, project or user as an update or a delete names it, at its version of this moment. */
function references({ services: { db } }: TestServer) {
  return {
    async domain(id: string) {
      const [row] = await db
        .select()
        .from(domains)
        .where(eq(domains.id, asId(id)));
      return { domain: { id }, etag: row ? etagOf(row) : '' };
    },
    async project({ projectId: id }: Project) {
      const [row] = await db
        .select()
        .from(projects)
        .where(eq(projects.id, asId(id)));
      return { project: { id }, etag: row ? etagOf(row) : '' };
    },
    async user(id: string) {
      const [row] = await db
        .select()
        .from(users)
        .where(eq(users.id, asId(id)));
      return { user: { id }, etag: row ? etagOf(row) : '' };
    },
  };
}

/** A fresh project on which somebody holds a role. */
function project({ server, home, foreign }: World, target: string, role: RoleName | null, isForeign = false): Attempt {
  const input = async () => {
    const made = await server.project(isForeign ? foreign : home);
    if (role) await server.assign(await server.user(home), role, made);
    return references(server).project(made);
  };
  return { target, input };
}

/** A fresh user, and what it holds. */
function user({ server, home, foreign }: World, target: string, holds?: [RoleName, Owner], more = () => ({})): Attempt {
  const input = async () => {
    const id = await server.user(target === 'foreign' ? foreign : home);
    if (holds) await server.assign(id, ...holds);
    return { ...(await references(server).user(id)), ...more() };
  };
  return { target, input };
}

const onUsers = (world: World, more?: () => object): Attempt[] => [
  user(world, 'of home', undefined, more),
  ...OWNERS.map((name) => user(world, `of home, reader on ${name}`, ['reader', world.owners[name]], more)),
  user(world, 'of home, admin on home', ['admin', world.owners.home], more),
  user(world, 'foreign', undefined, more),
];

/** To be an operators' project. There are few, so those of attempts before are none any more. */
const flagged = ({ server, projects: { operators } }: World, { target, input }: Attempt): Attempt => ({
  target,
  input: async (persona) => {
    const isOld = sql`${projects.isOperators} and ${projects.id} <> ${operators.projectId}
      and not exists (select from agents where agents.project_id = ${projects.id} and agents.node_id is not null)`;
    await server.services.db.update(projects).set({ isOperators: false }).where(isOld);
    return { ...(await input(persona)), isOperators: true };
  },
});

const freshName = () => ({ name: newId('Token') });
/** What an update gives a domain or a project, so that it changes. */
const described = async (reference: Promise<object>) => ({ ...(await reference), description: newId('Token') });
const idOf = (principal: Principal | null) => (principal?.kind === 'user' ? principal.id : newId('User'));

export const CONTAINER_MUTATIONS: Readonly<Record<string, Attempts>> = {
  updateDomain: ({ server, home, foreign }) => [
    { target: 'home', input: () => described(references(server).domain(home)) },
    { target: 'foreign', input: () => described(references(server).domain(foreign)) },
  ],
  deleteDomain: ({ server, home, foreign }) => [
    { target: 'home', input: () => references(server).domain(home) },
    { target: 'foreign', input: () => references(server).domain(foreign) },
    { target: 'an empty one', input: async () => references(server).domain(await server.domain()) },
  ],
  updateProject: ({ server, projects: all }) =>
    PROJECTS.map((target) => ({ target, input: () => described(references(server).project(all[target])) })),
  setProjectOperators: (world) => [
    flagged(world, project(world, 'one of home', null)),
    flagged(world, project(world, 'one of foreign', null, true)),
  ],
  deleteProject: (world) => [
    { target: 'operators', input: () => references(world.server).project(world.projects.operators) },
    { target: 'own', input: () => references(world.server).project(world.projects.own) },
    project(world, 'one of home', null),
    project(world, 'one of home, with a manager', 'manager'),
    project(world, 'one of home, with an admin', 'admin'),
    project(world, 'one of foreign', null, true),
  ],
  updateUser: (world) => [
    ...onUsers(world, freshName),
    {
      target: 'oneself',
      input: async ({ principal }) => ({
        ...(await references(world.server).user(idOf(principal))),
        ...freshName(),
      }),
      isOwn: true,
    },
  ],
  deleteUser: (world) => onUsers(world),
};
