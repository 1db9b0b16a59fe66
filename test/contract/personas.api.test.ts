import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { anonymous } from '../../src/authority/index.js';
import { newId } from '../../src/platform/ids.js';
import {
  type Answer,
  codeOf,
  type RoleName,
  startTestServer,
  type TestScope,
  type TestServer,
} from '../harness/server.js';

const PAGE = new URL('../../docs/persona-matrix.md', import.meta.url);
const ROLES: readonly RoleName[] = ['admin', 'manager', 'member', 'reader'];
const HEAD = `# Who may read what

Made from the answers of a running server by \`test/contract/personas.api.test.ts\`; \`UPDATE=1\` writes it anew. Every
persona lives in the domain *home*, project personas and the agent in its project *own*; *sibling* is another project of
that domain, *foreign* another domain. **yes** reads it; *hidden* answers as if it did not exist; *wrong scope* and
*forbidden* refuse the operation itself; *no token* asks for one.
`;

interface Thing {
  readonly name: string;
  /** The same for every persona, or what depends on who asks. */
  readonly id: string | ((persona: Persona) => string);
}
interface Persona {
  readonly name: string;
  readonly token: string | undefined;
  readonly principalId: string;
}
type Project = { readonly type: 'project'; readonly domainId: string; readonly projectId: string };

const byId = (field: string) => `query ($id: ID!) { found: ${field}(id: $id) { id } }`;
const byRef = (field: string) => `query ($id: ID!) { found: ${field}(ref: { id: $id }) { id } }`;
const QUERIES: Readonly<Record<string, string>> = {
  Domain: byId('domain'),
  Project: byId('project'),
  User: byId('user'),
  Allowlist: byRef('allowlist'),
  Agent: byRef('agent'),
  AuditEntry: 'query ($id: ID!) { page: auditEntries(filter: { targetIds: [$id] }) { nodes { id } } }',
};

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
}, 60_000);
afterAll(() => server.close());

test('the answers of a running server are those that the page tells', async () => {
  const page = await writePage();
  if (process.env.UPDATE === '1') writeFileSync(PAGE, page);
  expect(page).toBe(readFileSync(PAGE, 'utf8'));
});

async function writePage(): Promise<string> {
  const home = await server.domain('home');
  const foreign = await server.domain('foreign');
  const own = await server.project(home, 'own');
  const sibling = await server.project(home, 'sibling');
  const away = await server.project(foreign, 'away');
  const agentId = await agent(own, 'own');
  const personas = await makePersonas(home, own, agentId);
  const ownActs = new Map<string, string>();
  for (const { name, principalId } of personas) ownActs.set(name, await entry(away, principalId));
  const things: Record<string, Thing[]> = {
    Domain: [
      { name: 'home', id: home },
      { name: 'foreign', id: foreign },
    ],
    Project: inProjects(own, sibling, away),
    User: [
      { name: 'oneself', id: (persona) => persona.principalId },
      { name: 'home', id: await server.user(home) },
      { name: 'foreign', id: await server.user(foreign) },
    ],
    Allowlist: await makeAllowlists(home, foreign, [own, sibling, away]),
    Agent: [
      { name: 'own', id: agentId },
      { name: 'another of own', id: await agent(own, 'other') },
      { name: 'sibling', id: await agent(sibling, 'sibling') },
      { name: 'foreign', id: await agent(away, 'away') },
    ],
    AuditEntry: [
      { name: 'system', id: await entry({}) },
      { name: 'home', id: await entry({ domainId: home }) },
      { name: 'own', id: await entry(own) },
      { name: 'sibling', id: await entry(sibling) },
      { name: 'foreign', id: await entry(away) },
      { name: 'foreign, by oneself', id: ({ name }) => ownActs.get(name) ?? '' },
    ],
  };
  const tables: string[] = [];
  for (const [type, columns] of Object.entries(things)) tables.push(await table(type, columns, personas));
  return [HEAD, ...tables].join('\n');
}

function inProjects(...[own, sibling, away]: readonly [Project, Project, Project]): Thing[] {
  return [
    { name: 'own', id: own.projectId },
    { name: 'sibling', id: sibling.projectId },
    { name: 'foreign', id: away.projectId },
  ];
}

async function table(type: string, columns: readonly Thing[], personas: readonly Persona[]): Promise<string> {
  const lines = [
    `## ${type}\n`,
    `| Persona | ${columns.map(({ name }) => name).join(' | ')} |`,
    `|${' --- |'.repeat(columns.length + 1)}`,
  ];
  for (const persona of personas) {
    const cells: string[] = [];
    for (const { id } of columns) {
      const wanted = typeof id === 'string' ? id : id(persona);
      cells.push(cell(await server.graphql(QUERIES[type] ?? '', { id: wanted }, persona.token)));
    }
    lines.push(`| ${persona.name} | ${cells.join(' | ')} |`);
  }
  return `${lines.join('\n')}\n`;
}

function cell(answer: Answer): string {
  const { data, errors } = answer.body;
  if (!errors) return data.found || data.page?.nodes.length > 0 ? '**yes**' : 'hidden';
  if (errors[0].extensions.reason === 'WRONG_SCOPE') return 'wrong scope';
  const words: Record<string, string> = { NOT_FOUND: 'hidden', FORBIDDEN: 'forbidden', UNAUTHENTICATED: 'no token' };
  return words[codeOf(answer) ?? ''] ?? JSON.stringify(errors);
}

async function makePersonas(home: string, own: Project, agentId: string): Promise<Persona[]> {
  const personas: Persona[] = [];
  const scopes: TestScope[] = [{ type: 'system' }, { type: 'domain', domainId: home }, own];
  for (const scope of scopes) {
    for (const role of ROLES) {
      const { userId, token } = await server.token({ scope, role, homeDomainId: home });
      personas.push({ name: `${scope.type} ${role}`, token, principalId: userId });
    }
  }
  const unscoped = await server.token({ scope: { type: 'unscoped' }, homeDomainId: home });
  personas.push({ name: 'unscoped', token: unscoped.token, principalId: unscoped.userId });
  personas.push({ name: 'agent', token: await server.agentToken(agentId), principalId: agentId });
  personas.push({ name: 'anonymous', token: undefined, principalId: newId('User') });
  return personas;
}

async function makeAllowlists(
  home: string,
  foreign: string,
  [own, sibling, away]: readonly [Project, Project, Project],
) {
  const scopes: [string, TestScope][] = [
    ['system', { type: 'system' }],
    ['home', { type: 'domain', domainId: home }],
    ['own', own],
    ['sibling', sibling],
    ['foreign domain', { type: 'domain', domainId: foreign }],
    ['foreign project', away],
  ];
  const made: Thing[] = [];
  for (const [name, scope] of scopes) {
    const { token } = await server.token({ scope, role: 'member' });
    const answer = await server.graphql(
      `mutation { createAllowlist(input: { name: "base", tpmPolicy: "{\\"0\\": [\\"${'0'.repeat(64)}\\"]}" }) {
        allowlist { id } userErrors { message } } }`,
      {},
      token,
    );
    made.push({ name, id: answer.body.data.createAllowlist.allowlist.id });
  }
  return made;
}

async function agent(project: Project, name: string): Promise<string> {
  const { token } = await server.token({ scope: project, role: 'member' });
  const create = 'mutation ($name: String!) { createAgent(input: { name: $name }) { agent { id } } }';
  return (await server.graphql(create, { name }, token)).body.data.createAgent.agent.id;
}

/** An entry about something that this scope owns; answers the id of that something. */
async function entry(owner: { readonly domainId?: string; readonly projectId?: string }, by?: string): Promise<string> {
  const { db, clock, recordAudit } = server.services;
  const id = newId('Project');
  const principal = by === undefined ? null : ({ kind: 'user', id: by, name: by, domainId: '' } as const);
  const request = { requestId: 'of-the-test', actor: { ...anonymous, principal }, at: clock.now() };
  await recordAudit(db, request, { action: 'test.made', target: { type: 'Project', id }, owner });
  return id;
}
