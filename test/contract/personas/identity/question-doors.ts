import type { Json } from '../../../harness/server.js';
import { quoted } from '../doors.js';
import type { Door, Doors, Thing, Things } from '../fixture.js';
import { PROJECTS, type World } from '../world.js';

const user = (id: string | null, scope: string) => `principal: { user: { id: ${quoted(id)} } }, scope: ${scope}`;
const agent = (id: string) => `principal: { agent: { id: ${quoted(id)} } }`;
const SYSTEM = '{ system: true }';
const project = (id: string) => `{ project: { id: ${quoted(id)} } }`;

/** A question is answered or not; what it is about, a thing says in its place: the arguments, as a document has them. */
const answered = (name: string, ask: (about: string, fields: string) => string): Door => ({
  name,
  ask: ({ at = '' }, fields) => ask(at, fields),
  find: (value: Json) => value,
});

const PATHS = 'paths { scope { type } at { domain { id } } }';

/** Questions about rights, by what they answer. */
export const QUESTION_DOORS: Readonly<Record<string, Doors>> = {
  EffectivePermissions: {
    fields: `user { id } agent { id } scope { project { id } } permissions { policy ${PATHS} }`,
    byId: answered(
      'effectivePermissions',
      (about, fields) => `effectivePermissions(${about || user(null, SYSTEM)}) { ${fields} }`,
    ),
  },
  EffectiveRoleAssignment: {
    fields: 'user { id } path { assignmentId }',
    list: {
      name: 'effectiveRoleAssignments',
      ask: ({ at }, fields) =>
        `effectiveRoleAssignments(first: 200, filter: { userIds: [${quoted(at)}] }) { nodes { ${fields} } }`,
      find: ({ nodes }, { id }) => nodes.find((node: Json) => node.path.assignmentId === id) ?? null,
    },
  },
  CapablePrincipal: {
    fields: `nodes { user { id } agent { id } ${PATHS} }`,
    byId: answered('whoCan', (about, fields) => `whoCan(policy: "project:get" ${about}) { ${fields} }`),
  },
  DecisionExplanation: {
    fields: 'scope { project { id } } checks { check } missing { scope { type } }',
    byId: answered(
      'explainDecision',
      (about, fields) => `explainDecision(policy: "project:get" ${about}) { ${fields} }`,
    ),
  },
};

/** A thing that has nothing but its name to be told by. */
const asked = (name: string, at: string): Thing => ({ name, id: `question: ${name}`, at });

/** What can be asked about, whoever asks. */
export function sharedQuestions({ home, users, projects, agents }: World, assignments: readonly Thing[]): Things {
  const own = project(projects.own.projectId);
  const about = [
    asked('user of home, on home', user(users.home, `{ domain: { id: ${quoted(home)} } }`)),
    asked('user of home, on own', user(users.home, own)),
    asked('user of home, on foreign project', user(users.home, project(projects['foreign project'].projectId))),
    asked('user of home, on the system', user(users.home, SYSTEM)),
    asked('foreign user, on own', user(users.foreign, own)),
  ];
  return {
    EffectivePermissions: [...about, ...PROJECTS.map((name) => asked(`agent of ${name}`, agent(agents[name].id)))],
    EffectiveRoleAssignment: assignments.map(({ links, ...thing }) => ({
      ...thing,
      links: { user: links?.user ?? null },
    })),
    CapablePrincipal: PROJECTS.map((name) => asked(`to read ${name}`, `targetId: ${quoted(projects[name].projectId)}`)),
    DecisionExplanation: about,
  };
}

/** What one can ask about oneself, at one's own scope; a literal of it. */
export function ownQuestions(userId: string | null, scope: string | null): Things {
  const oneself = scope === null || userId === null ? [] : [asked('oneself', user(userId, scope))];
  return { EffectivePermissions: oneself, DecisionExplanation: oneself };
}
