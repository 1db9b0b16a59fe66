import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { worldOf } from '../../src/platform/policy/analysis/worlds.js';
import { agentProject } from '../attestation/agent-world.js';
import { healthyMachine } from '../attestation/verifier/machine.js';
import { contextOf } from '../harness/context.js';
import { startTestServer, type TestServer } from '../harness/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

describe('what a proof knows of tokens', () => {
  const nothingImplied = () => false;

  test.each(['system', 'domain', 'project', 'agent'] as const)(
    'same: a token of scope %s carries no field that the proof thinks is never there',
    async (type) => {
      const project = await server.project(await server.domain());
      const { credentials } = (await contextOf(server, await tokenOf(type, project))).actor;
      const carried = Object.entries(credentials).flatMap(([field, value]) => (value == null ? [] : [field]));
      expect(carried.length).toBeGreaterThan(2);
      const { holds } = worldOf(type, undefined, nothingImplied);
      expect(carried.filter((field) => !holds(field))).toEqual([]);
    },
  );

  async function tokenOf(
    type: 'system' | 'domain' | 'project' | 'agent',
    project: Awaited<ReturnType<TestServer['project']>>,
  ): Promise<string> {
    const { domainId } = project;
    if (type === 'agent') {
      const { world, admin, list } = await agentProject(server);
      return (await world.enrolled(healthyMachine({ seed: 3000 }), 'machine', list, admin)).token;
    }
    const scope = type === 'system' ? { type } : type === 'domain' ? { type, domainId } : project;
    return (await server.token({ scope, role: 'admin' })).token;
  }
});
