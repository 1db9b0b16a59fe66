import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { watchTrust } from '../../src/cli/attestation/agent-watch.js';
import { NO_CREDENTIALS } from '../../src/cli/common/contexts.js';
import { CliError, EXIT } from '../../src/cli/common/errors.js';
import type { Session } from '../../src/cli/common/session.js';
import type { Format } from '../../src/cli/common/table.js';
import { makeRows, type Rows } from '../contract/personas/rows.js';
import { happen as happenAll } from '../events/happen.js';
import { eventually } from '../events/watch.js';
import { startTestServer, type TestServer } from '../harness/server.js';

let server: TestServer;
let rows: Rows;
let project: Awaited<ReturnType<TestServer['project']>>;
let token: string;
beforeAll(async () => {
  server = await startTestServer({ settings: { streamLifetimeMs: 150 } });
  rows = await makeRows(server);
  project = await server.project(await server.defaultDomainId());
  token = (await server.token({ scope: project, role: 'reader' })).token;
}, 60_000);
afterAll(() => server.close());

/** What is printed meanwhile. */
const printed = { out: '', err: '' };
const originals = { out: process.stdout.write, err: process.stderr.write };
beforeEach(() => {
  Object.assign(printed, { out: '', err: '' });
  const gather = (name: 'out' | 'err') => (chunk: string | Uint8Array) => {
    printed[name] += String(chunk);
    return true;
  };
  process.stdout.write = gather('out');
  process.stderr.write = gather('err');
});
afterEach(() => {
  process.stdout.write = originals.out;
  process.stderr.write = originals.err;
});
const lines = () => printed.out.split('\n').slice(0, -1);

const session = (format: Format, bearer = token): Session => ({
  environment: {} as Session['environment'],
  format,
  connection: { server: server.url, token: bearer },
  ...{ credentials: NO_CREDENTIALS, context: null, scope: null, caFile: undefined },
});

function happen(id: string, from: string, to: string) {
  const fact = { type: 'agent.trust_changed', objectId: id, details: { from, to } };
  return happenAll(server.services, [fact]);
}

describe('bailiwick agent watch', () => {
  test('ok: each change once, over streams that end and connections that break', async () => {
    const id = await rows.agent(project, 'PENDING');
    const stop = new AbortController();
    const watching = watchTrust(session('json'), { since: new Date().toISOString() }, stop.signal);
    for (let round = 0; round < 8; round++) {
      const before = lines().length;
      await happen(id, round % 2 ? 'FAILED' : 'PENDING', round % 2 ? 'PENDING' : 'FAILED');
      if (round % 3 === 2) server.breakConnections();
      await eventually(() => lines().length > before);
    }
    stop.abort();
    await watching;
    const changes = lines().map((line) => JSON.parse(line));
    expect(changes.map(({ to }) => to)).toEqual(
      Array.from({ length: 8 }, (_, round) => (round % 2 ? 'PENDING' : 'FAILED')),
    );
    expect(new Set(changes.map((change) => change.id)).size).toBe(8);
    expect(changes[0].agent).toMatchObject({ id, project: { id: project.projectId } });
  });

  test('ok: what happens while no stream is open is not missed, even before anything was seen', async () => {
    const id = await rows.agent(project, 'PENDING');
    const stop = new AbortController();
    const watching = watchTrust(session('table'), { to: ['STALE'] }, stop.signal);
    // By then the first stream has ended, and the next may not have begun.
    await new Promise((resolve) => setTimeout(resolve, 400));
    await happen(id, 'PENDING', 'FAILED');
    await happen(id, 'TRUSTED', 'STALE');
    await eventually(() => lines().length > 0);
    stop.abort();
    await watching;
    expect(lines()).toHaveLength(1);
    expect(lines()[0]).toMatch(new RegExp(`^\\d{4}-.*Z {2}${id} {2}TRUSTED -> STALE$`));
  });

  test('unauthenticated: trying again would not help, so it ends', async () => {
    const watching = watchTrust(session('table', 'bwt_nothing'), {}, new AbortController().signal);
    const error = await watching.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CliError);
    expect(error).toMatchObject({ exitCode: EXIT.denied });
    expect(printed.out).toBe('');
  });

  test('invalid: a time from before events are kept', async () => {
    const watching = watchTrust(session('table'), { since: '2020-01-01T00:00:00Z' }, new AbortController().signal);
    await expect(watching).rejects.toMatchObject({ exitCode: EXIT.refused, code: 'INVALID_CURSOR' });
  });
});
