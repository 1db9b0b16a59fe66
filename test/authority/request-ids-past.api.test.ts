import { afterAll, beforeAll, expect, test } from 'vitest';
import { requestIdSweep } from '../../src/authority/index.js';
import { standingClock } from '../harness/clock.js';
import { type Json, startTestServer, type TestServer } from '../harness/server.js';

const DAY_MS = 86_400_000;
const CREATE = `mutation ($input: CreateDomainInput!) { createDomain(input: $input) {
  domain { id name } userErrors { code } } }`;

const clock = standingClock();
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ clock });
});
afterAll(() => server.close());

test('ok: a request id counts for a day, to its last millisecond; then it is new', async () => {
  const { userId, token } = await server.token({ scope: { type: 'system' }, role: 'admin' });
  const create = async (name: string, bearer: string): Promise<Json> =>
    (await server.graphql(CREATE, { input: { name, requestId: 'nightly' } }, bearer)).body.data.createDomain;
  const first = await create('first', token);
  clock.time += DAY_MS;
  await requestIdSweep.removeSome(server.services, {});
  const later = (await server.token({ scope: { type: 'system' }, userId })).token;
  expect((await create('first', later)).domain.id).toBe(first.domain.id);
  expect((await create('second', later)).userErrors).toEqual([{ code: 'REQUEST_ID_REUSED' }]);
  clock.time += 1;
  const second = await create('second', later);
  expect(second).toMatchObject({ domain: { name: 'second' }, userErrors: [] });
  expect((await create('second', later)).domain.id).toBe(second.domain.id);
});
