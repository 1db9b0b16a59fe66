import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bumpEpoch, lockEpoch } from '../../src/authority/index.js';
import { insert } from '../../src/identity/overrides/repository.js';
import { revisionSweep } from '../../src/identity/overrides/sweep.js';
import { openTestPostgres } from '../harness/engine.js';
import { codeOf, startTestServer, type TestServer } from '../harness/server.js';

const CREATE_DOMAIN = 'mutation ($input: CreateDomainInput!) { createDomain(input: $input) { domain { id } } }';

let server: TestServer;
let admin: string;
beforeAll(async () => {
  server = await startTestServer({ open: openTestPostgres });
  ({ token: admin } = await server.token({ scope: { type: 'system' }, role: 'admin' }));
}, 60_000);
afterAll(() => server.close());

test('forbidden: a write that began before a change of policies and comes to be made after it', async () => {
  const { db } = server.services;
  const createDomain = (name: string) => server.graphql(CREATE_DOMAIN, { input: { name } }, admin);
  expect(codeOf(await createDomain('before'))).toBeUndefined();
  const row = { isCandidate: false, enforceNewDefaults: true, userId: null, reason: null, rolledBackTo: null };
  let isAnswered = false;
  const during = await db.transaction(async (tx) => {
    await lockEpoch(tx, 'update');
    await insert(tx, { ...row, createdAt: new Date() }, [{ name: 'domain:create', check: '!' }]);
    await bumpEpoch(tx);
    // Begins under the old policies, which allow it, and waits for the epoch.
    const asked = createDomain('during').finally(() => {
      isAnswered = true;
    });
    await delay(500);
    expect(isAnswered).toBe(false);
    return { asked };
  });
  expect(codeOf(await during.asked)).toBe('FORBIDDEN');
  expect(codeOf(await createDomain('after'))).toBe('FORBIDDEN');
});

test('ok: past revisions are removed after a rollback that holds the epoch, because it may read one of them', async () => {
  const { services } = server;
  let isSwept = false;
  const during = await services.db.transaction(async (tx) => {
    await lockEpoch(tx, 'update');
    const swept = Promise.resolve(revisionSweep.removeSome(services, {})).finally(() => {
      isSwept = true;
    });
    await delay(500);
    expect(isSwept).toBe(false);
    return { swept };
  });
  expect(await during.swept).toBe(0);
});
