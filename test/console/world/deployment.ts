import { fileURLToPath } from 'node:url';
import { makePersonas, type Persona } from '../../contract/personas/personas.js';
import { makeWorld, type World } from '../../contract/personas/world.js';
import { startTestServer, type TestScope, type TestServer, type TestServerOptions } from '../../harness/server.js';
import { Table } from './table.js';

/** Who uses the console in these stories, by their names in the persona matrix. */
export const PERSONAS = {
  'system-admin': 'system admin',
  'system-reader': 'system reader',
  'domain-admin': 'domain admin',
  'project-admin': 'project admin',
  'project-member': 'project member',
  'project-reader': 'project reader',
  restricted: 'project service',
  nobody: 'unscoped',
} as const;
export type PersonaName = keyof typeof PERSONAS;
export const PERSONA_NAMES = Object.keys(PERSONAS) as readonly PersonaName[];

const BUILT = fileURLToPath(new URL('../../../dist-console', import.meta.url));

/** A server that serves the console. */
export async function startConsole(options: TestServerOptions = {}): Promise<TestServer> {
  const server = await startTestServer({ ...options, app: { consoleFolder: BUILT, ...options.app } });
  // A browser may think about a page for longer than a server waits for the next request of a connection.
  server.http.keepAliveTimeout = 600_000;
  return server;
}

/** A server with the world of the persona matrix. */
export interface Deployment {
  readonly server: TestServer;
  readonly world: World;
  readonly table: Table;
  persona(name: PersonaName): Persona;
}

export async function startDeployment(): Promise<Deployment> {
  const server = await startConsole();
  const world = await makeWorld(server);
  const all = await makePersonas(world);
  const persona = (name: PersonaName) => {
    const found = all.find((one) => one.name === PERSONAS[name]);
    if (!found) throw new Error(`The persona matrix has no ${PERSONAS[name]}.`);
    return found;
  };
  return { server, world, table: new Table(world), persona };
}

/** A scope as it stands in the console's addresses. */
export function scopeOf(scope: TestScope): string {
  if (scope.type === 'project') return `project:${scope.projectId}`;
  return scope.type === 'domain' ? `domain:${scope.domainId}` : scope.type;
}
