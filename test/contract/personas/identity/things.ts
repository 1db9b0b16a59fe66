import { eq } from 'drizzle-orm';
import { roleAssignments } from '../../../../src/identity/assignments/tables.js';
import { projects } from '../../../../src/identity/projects/tables.js';
import { asId } from '../../../harness/ids.js';
import { asking } from '../../../identity/asking.js';
import type { Thing, Things } from '../fixture.js';
import { idsOf, type Project } from '../owners.js';
import { type Persona, scopeRef } from '../personas.js';
import { OWNERS, PROJECTS, type World } from '../world.js';
import { overrideThings } from './override-mutations.js';
import { ownQuestions, sharedQuestions } from './question-doors.js';

/** What is the same whoever asks. */
export async function sharedThings(world: World): Promise<Things> {
  const { projects, users } = world;
  const assignments = await sharedAssignments(world);
  const groups = await sharedGroups(world);
  return {
    Domain: [
      { name: 'home', id: world.home },
      { name: 'foreign', id: world.foreign },
    ],
    Project: [
      ...PROJECTS.map((name) => {
        const { projectId, domainId } = world.projects[name];
        return { name, id: projectId, links: { domain: domainId, parent: null } };
      }),
      await nestedProject(world),
    ],
    User: [
      { name: 'home', id: users.home, links: { domain: world.home } },
      { name: 'foreign', id: users.foreign, links: { domain: world.foreign } },
    ],
    Group: groups,
    Role: [
      { name: 'global', id: world.rows.roleId('reader'), links: { domain: null } },
      { name: 'home', id: world.roles.home, links: { domain: world.home } },
      { name: 'foreign', id: world.roles.foreign, links: { domain: world.foreign } },
    ],
    ApiCredential: [
      await credentialOf(world, 'of a user of home', users.home, projects.own),
      await credentialOf(world, 'of a foreign user', users.foreign, projects['foreign project']),
    ],
    Token: [{ name: 'of a user of home', id: await world.rows.tokenOf({ kind: 'user', id: users.home }) }],
    Session: [
      { name: 'of a user of home', id: await world.rows.sessionOf(users.home), at: users.home },
      { name: 'of a foreign user', id: await world.rows.sessionOf(users.foreign), at: users.foreign },
    ],
    RoleAssignment: [...assignments, await ofForeignGroup(world, groups)],
    Policy: [{ name: 'any', id: 'domain:get' }],
    ...(await overrideThings(world)),
    ...sharedQuestions(world, assignments),
  };
}

/** Beside the shared ones: what is the persona's own. */
export async function ownThings(world: World, persona: Persona): Promise<Things> {
  const { server, home, projects } = world;
  const { principal, scope } = persona;
  const id = principal?.id ?? null;
  const userId = principal?.kind === 'user' ? id : null;
  const agentId = principal?.kind === 'agent' ? id : null;
  const [held] = await server.services.db
    .select()
    .from(roleAssignments)
    .where(eq(roleAssignments.userId, asId(userId ?? '')));
  return {
    Viewer: [{ name: 'oneself', id: 'viewer', links: { user: userId, agent: agentId, ...scopeLinks(idsOf(scope)) } }],
    User: [{ name: 'oneself', id: userId, links: { domain: home } }],
    RoleAssignment: [
      {
        name: 'one’s own',
        id: held?.id ?? null,
        at: userId ?? '',
        links: { user: userId, ...(held && scopeLinks(held)) },
      },
    ],
    ApiCredential: userId ? [await credentialOf(world, 'one’s own', userId, projects.own)] : [],
    Token: principal ? [await ownToken(world, persona)] : [],
    Session: userId ? [{ name: 'one’s own', id: await world.rows.sessionOf(userId) }] : [],
    ...ownQuestions(userId, literalOf(scopeRef(scope))),
  };
}

async function credentialOf({ rows }: World, name: string, user: string, scope: Project): Promise<Thing> {
  const links = { user, ...scopeLinks(idsOf(scope)) };
  return { name, id: await rows.credential(user, scope), at: user, links };
}

/** Another session of the persona's. */
async function ownToken({ rows }: World, { principal }: Persona): Promise<Thing> {
  const id = principal && (await rows.tokenOf(principal));
  return { name: 'one’s own', id };
}

/** An input as a document writes it. */
const literalOf = (value: object | null) => value && JSON.stringify(value).replaceAll(/"(\w+)":/g, '$1:');

type Ids = ReturnType<typeof idsOf>;
const scopeLinks = ({ domainId, projectId }: Ids) => ({ 'scope.domain': domainId, 'scope.project': projectId });

/** One is held by a user of another domain, whom a reader of the scope may not read. */
async function sharedAssignments({ rows, owners, users }: World): Promise<Thing[]> {
  const things: Thing[] = [];
  for (const name of OWNERS) {
    const user = name === 'home' || name === 'own' ? users.home : users.foreign;
    const id = await rows.assignment(user, 'reader', owners[name]);
    things.push({ name, id, at: user, links: { user, ...scopeLinks(idsOf(owners[name])) } });
  }
  return things;
}

/** What a group of another domain holds, which a reader of the scope may not read. */
async function ofForeignGroup({ server, rows, home, owners }: World, groups: readonly Thing[]): Promise<Thing> {
  const group = groups.find(({ name }) => name === 'foreign')?.id ?? '';
  const id = await server.give({ groupId: group, roleId: rows.roleId('reader'), domainId: home });
  return { name: 'home, of a foreign group', id, at: group, links: { group, ...scopeLinks(idsOf(owners.home)) } };
}

async function nestedProject({ server, projects: { own } }: World): Promise<Thing> {
  const { projectId: id, domainId } = await server.project(own.domainId, 'in own');
  await server.services.db
    .update(projects)
    .set({ parentId: asId(own.projectId), depth: 2 })
    .where(eq(projects.id, id));
  return { name: 'in own', id, links: { domain: domainId, parent: own.projectId } };
}

/** Each has a member of its own domain and one of the other. */
async function sharedGroups({ server, home, foreign, users }: World): Promise<Thing[]> {
  const members = [users.home, users.foreign];
  return [
    { name: 'home', id: await asking(server).group(home, undefined, members), links: { domain: home } },
    { name: 'foreign', id: await asking(server).group(foreign, undefined, members), links: { domain: foreign } },
  ];
}
