import { eq } from 'drizzle-orm';
import { attestationRecords } from '../../../src/attestation/records/tables.js';
import type { Id } from '../../../src/platform/ids.js';
import type { Json, TestScope, TestServer } from '../../harness/server.js';
import type { Owner, Project } from './owners.js';
import { makeRows, type Rows } from './rows.js';

export const OWNERS = ['system', 'home', 'own', 'sibling', 'foreign domain', 'foreign project', 'operators'] as const;
export type OwnerName = (typeof OWNERS)[number];
/** *operators* is an operators' project of *foreign*. */
export const PROJECTS = ['own', 'sibling', 'foreign project', 'operators'] as const;
export type ProjectName = (typeof PROJECTS)[number];

export interface Allowlist {
  readonly id: Id<'Allowlist'>;
  readonly revisionId: Id<'AllowlistRevision'>;
}
export interface Agent {
  readonly id: string;
  readonly resultId: string;
}

/** Two domains; in the one two projects, in the other one; and in each what the matrix is about. */
export interface World {
  readonly server: TestServer;
  readonly rows: Rows;
  readonly owners: Readonly<Record<OwnerName, Owner>>;
  readonly projects: Readonly<Record<ProjectName, Project>>;
  readonly home: string;
  readonly foreign: string;
  /** A user of each domain. */
  readonly users: { readonly home: string; readonly foreign: string };
  /** A role of each domain. */
  readonly roles: { readonly home: string; readonly foreign: string };
  /** Of another user of *foreign*, who holds a role on the project there; with no scope. */
  readonly foreignToken: string;
  readonly lists: Readonly<Record<OwnerName, Allowlist>>;
  readonly agents: Readonly<Record<ProjectName, Agent>>;
}

export async function makeWorld(server: TestServer): Promise<World> {
  const rows = await makeRows(server);
  const home = await server.domain('home');
  const foreign = await server.domain('foreign');
  const projects = {
    own: await server.project(home, 'own'),
    sibling: await server.project(home, 'sibling'),
    'foreign project': await server.project(foreign, 'away'),
    operators: await server.operatorsProject(foreign, 'machines'),
  };
  const owners = {
    system: { type: 'system' },
    home: { type: 'domain', domainId: home },
    'foreign domain': { type: 'domain', domainId: foreign },
    ...projects,
  } as const;
  const users = { home: await server.user(home), foreign: await server.user(foreign) };
  const roles = { home: await rows.role(home), foreign: await rows.role(foreign) };
  const { userId } = await server.token({ scope: projects['foreign project'], role: 'reader' });
  const { token: foreignToken } = await server.token({ scope: { type: 'unscoped' }, userId });
  const lists = await mapOf(OWNERS, (name) => makeAllowlist(server, owners[name]));
  const agents = await mapOf(PROJECTS, (name) => makeAgent(server, rows, projects[name], lists[name]));
  return { server, rows, owners, projects, home, foreign, users, roles, foreignToken, lists, agents };
}

async function mapOf<Name extends string, T>(names: readonly Name[], make: (name: Name) => Promise<T>) {
  const made: Partial<Record<Name, T>> = {};
  for (const name of names) made[name] = await make(name);
  return made as Record<Name, T>;
}

async function asMember(server: TestServer, scope: TestScope, mutation: string, input: object): Promise<Json> {
  const { token } = await server.token({ scope, role: 'member' });
  return (await server.graphql(mutation, { input }, token)).body.data.made;
}

async function makeAllowlist(server: TestServer, owner: Owner): Promise<Allowlist> {
  const { allowlist } = await asMember(
    server,
    owner,
    'mutation ($input: CreateAllowlistInput!) { made: createAllowlist(input: $input) { allowlist { id currentRevision { id } } } }',
    {
      name: 'base',
      imaPolicy: { content: `${'0'.repeat(64)}  /usr/bin/true\n` },
      tpmPolicy: `{"0": ["${'0'.repeat(64)}"]}`,
      vtpmPolicy: `{"1": ["${'0'.repeat(64)}"]}`,
    },
  );
  return { id: allowlist.id, revisionId: allowlist.currentRevision.id };
}

/** An agent that is bound to its project's list and was judged by it. */
async function makeAgent(server: TestServer, rows: Rows, project: Project, list: Allowlist): Promise<Agent> {
  const { agent } = await asMember(
    server,
    project,
    'mutation ($input: CreateAgentInput!) { made: createAgent(input: $input) { agent { id } } }',
    { name: 'machine', allowlist: { id: list.id } },
  );
  const resultId = await rows.result(agent.id, project, list.revisionId);
  await server.services.db
    .update(attestationRecords)
    .set({ lastResultId: resultId })
    .where(eq(attestationRecords.agentId, agent.id));
  return { id: agent.id, resultId };
}
