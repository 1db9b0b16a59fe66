import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../harness/server.js';
import { asking, type Told } from './asking.js';

const ROUNDS = 20;

let server: TestServer;
let ask: ReturnType<typeof asking>;
let domainId: string;
let manager: string;
beforeAll(async () => {
  server = await startTestServer();
  ask = asking(server);
  domainId = await server.domain();
  manager = (await server.token({ scope: { type: 'domain', domainId }, role: 'manager' })).token;
}, 60_000);
afterAll(() => server.close());

const outcome = ({ code, errors }: Told) => code ?? errors[0]?.split(' ')[0] ?? 'done';

/** Deletes a fresh project while something is made in it, again and again; answers the pairs of outcomes. */
async function race(make: (projectId: string, member: string) => Promise<Told>): Promise<Set<string>> {
  const seen = new Set<string>();
  for (let round = 0; round < ROUNDS; round++) {
    const project = await server.project(domainId);
    const { token } = await server.token({ scope: project, role: 'member' });
    const etag = await ask.etag('project', project.projectId, manager);
    const [gone, made] = await Promise.all([
      ask.send('deleteProject', 'projectId', { project: { id: project.projectId }, etag }, manager),
      make(project.projectId, token),
    ]);
    seen.add(`${outcome(gone)}, ${outcome(made)}`);
  }
  return seen;
}

describe('a project is deleted while something is made in it', () => {
  test('ok: either it stays and owns the agent, or it goes and nobody is let in any more', async () => {
    const seen = await race((_, token) => ask.send('createAgent', 'agent { id }', { name: 'web' }, token));
    expect(['IN_USE, done', 'done, UNAUTHENTICATED']).toEqual(expect.arrayContaining([...seen]));
  });

  test('ok: either it stays and owns the project, or it goes and is no parent any more', async () => {
    const seen = await race((id) =>
      ask.send('createProject', 'project { id }', { name: `in ${id}`, parent: { id } }, manager),
    );
    expect(['IN_USE, done', 'done, NOT_FOUND']).toEqual(expect.arrayContaining([...seen]));
  });
});
