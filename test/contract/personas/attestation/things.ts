import { projectDefaults } from '../../../../src/attestation/project-defaults/tables.js';
import { asIds } from '../../../harness/ids.js';
import type { Thing, Things } from '../fixture.js';
import { idsOf } from '../owners.js';
import type { Persona } from '../personas.js';
import { OWNERS, type OwnerName, PROJECTS, type World } from '../world.js';

/** What is the same whoever asks. */
export async function sharedThings(world: World): Promise<Things> {
  const { owners, projects, lists, agents } = world;
  for (const name of PROJECTS) await world.rows.history(agents[name].id, projects[name]);
  const revisions = OWNERS.map((name) => ({ name, id: lists[name].revisionId, at: lists[name].id }));
  return {
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
    'Project, its default': [
      await withDefault(world, 'one of home, a list of home', 'home', 'home'),
      await withDefault(world, 'one of foreign, a list of foreign domain', 'foreign', 'foreign domain'),
      await withDefault(world, 'one of foreign, a list of the system', 'foreign', 'system'),
    ],
    Agent: PROJECTS.map((name) => {
      const links = { allowlist: lists[name].id, lastResult: agents[name].resultId };
      return { name, id: agents[name].id, links: { ...links, project: projects[name].projectId } };
    }),
    'Agent, below its list': PROJECTS.map((name) => ({ name, id: agents[name].id, at: lists[name].id })),
    'Agent, below its project': PROJECTS.map((name) => ({ name, id: agents[name].id, at: projects[name].projectId })),
    'Agent, its history': PROJECTS.map((name) => ({ name, id: agents[name].id })),
    AttestationResult: PROJECTS.map((name) => {
      const { id, resultId } = agents[name];
      return { name, id: resultId, at: id, links: { agent: id, allowlistRevision: lists[name].revisionId } };
    }),
  };
}

/** A project with a default: a list of somebody. */
async function withDefault(
  { server, lists, ...world }: World,
  name: string,
  domain: 'home' | 'foreign',
  list: OwnerName,
): Promise<Thing> {
  const project = await server.project(world[domain]);
  const { id } = lists[list];
  await server.services.db.insert(projectDefaults).values(asIds({ projectId: project.projectId, allowlistId: id }));
  return { name, id: project.projectId, links: { defaultAllowlist: id } };
}

/** Beside the shared ones: what is the persona's own. */
export async function ownThings({ rows, projects, lists }: World, { principal }: Persona): Promise<Things> {
  const agentId = principal?.kind === 'agent' ? principal.id : null;
  const resultId = agentId && (await rows.result(agentId, projects.own, lists.own.revisionId));
  return {
    Agent: [{ name: 'itself', id: agentId, links: { project: projects.own.projectId, allowlist: lists.own.id } }],
    'Agent, below its list': [{ name: 'itself', id: agentId, at: lists.own.id }],
    AttestationResult: [
      {
        name: 'its own',
        id: resultId,
        at: agentId ?? '',
        links: { agent: agentId, allowlistRevision: lists.own.revisionId },
      },
    ],
  };
}
