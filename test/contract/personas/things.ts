import { eq } from 'drizzle-orm';
import { roleAssignments } from '../../../src/identity/assignments/tables.js';
import { projects } from '../../../src/identity/projects/tables.js';
import { asId } from '../../harness/ids.js';
import { asking } from '../../identity/asking.js';
import { overrideThings } from './override-mutations.js';
import { idsOf, type Project } from './owners.js';
import { type Persona, scopeRef } from './personas.js';
import { ownQuestions, sharedQuestions } from './question-doors.js';
import { OWNERS, PROJECTS, type World } from './world.js';

/** Something that may be read. */
export interface Thing {
  readonly name: string;
  /** Null when there is no such thing for the persona. */
  readonly id: string | null;
  /** The id of what it is found at, for what has no query of its own. */
  readonly at?: string;
  /** Where its fields lead to: an id by the field's path. */
  readonly links?: Readonly<Record<string, string | null>>;
}

/** Things by what they are read as. */
export type Things = Readonly<Record<string, readonly Thing[]>>;

/** What is the same whoever asks. */
export async function sharedThings(world: World): Promise<Things> {
  const { owners, projects, users, lists, agents } = world;
  const assignments = await sharedAssignments(world);
  const revisions = OWNERS.map((name) => ({ name, id: lists[name].revisionId, at: lists[name].id }));
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
    Group: await sharedGroups(world),
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
    RoleAssignment: assignments,
    Policy: [{ name: 'any', id: 'domain:get' }],
    ...(await overrideThings(world)),
    Allowlist: OWNERS.map((name) => {
      const { domainId, projectId } = idsOf(owners[name]);
      const links = {
        domain: projectId ? null : domainId,
        project: projectId,
        currentRevision: lists[name].revisionId,
      };
      return { name, id: lists[name].id, links };
    }),
    AllowlistRevision: revisions,
    'AllowlistRevision, its content': revisions,
    Agent: PROJECTS.map((name) => {
      const links = { allowlist: lists[name].id, lastResult: agents[name].resultId };
      return { name, id: agents[name].id, links: { ...links, project: world.projects[name].projectId } };
    }),
    AttestationResult: PROJECTS.map((name) => {
      const { id, resultId } = agents[name];
      return { name, id: resultId, at: id, links: { agent: id, allowlistRevision: lists[name].revisionId } };
    }),
    AuditEntry: await sharedEntries(world),
    AuditChain: [{ name: 'the chain', id: 'chain' }],
    AuditSeal: [{ name: 'any', id: 'seal' }],
    AuditChainVerification: [{ name: 'the chain', id: 'verification' }],
    ...sharedQuestions(world, assignments),
  };
}

/** Beside the shared ones: what is the persona's own. */
export async function ownThings(world: World, persona: Persona): Promise<Things> {
  const { rows, server, home, projects, lists } = world;
  const { principal, scope } = persona;
  const id = principal?.id ?? null;
  const userId = principal?.kind === 'user' ? id : null;
  const agentId = principal?.kind === 'agent' ? id : null;
  const [held] = await server.services.db
    .select()
    .from(roleAssignments)
    .where(eq(roleAssignments.userId, asId(userId ?? '')));
  const resultId = agentId && (await rows.result(agentId, projects.own, lists.own.revisionId));
  const entry = principal && (await rows.entry(projects['foreign project'], principal));
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
    Agent: [{ name: 'itself', id: agentId, links: { project: projects.own.projectId, allowlist: lists.own.id } }],
    AttestationResult: [
      {
        name: 'its own',
        id: resultId,
        at: agentId ?? '',
        links: { agent: agentId, allowlistRevision: lists.own.revisionId },
      },
    ],
    AuditEntry: [{ name: 'foreign, by oneself', id: entry?.id ?? null, at: entry?.targetId ?? '' }],
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

async function sharedEntries({ rows, owners }: World): Promise<Thing[]> {
  const things: Thing[] = [];
  for (const name of OWNERS) {
    const { id, targetId } = await rows.entry(owners[name]);
    things.push({ name, id, at: targetId });
  }
  return things;
}
