import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestDatabase } from '../harness/engine.js';
import { codeOf, startTestServer, type TestServer } from '../harness/server.js';
import { asIfOnSmallDisk, onSmallDisk, type SmallDisk } from '../harness/small-disk.js';

const CREATE = 'mutation ($input: CreateDomainInput!) { createDomain(input: $input) { domain { name } } }';
/** So many fill the pages that were there before. */
const WRITES_MAX = 2000;

let disk: SmallDisk;
let server: TestServer;
let token: string;
beforeAll(async () => {
  // Where nothing may be mounted, what takes space is made to fail as on a full disk.
  disk = (await onSmallDisk()) ?? asIfOnSmallDisk(await openTestDatabase());
  server = await startTestServer({ open: async () => disk });
  token = (await server.token({ scope: { type: 'system' }, role: 'admin' })).token;
}, 180_000);
afterAll(() => server.close());

let made = 0;
const create = () => {
  const input = { name: `domain ${made++}`, description: 'x'.repeat(200) };
  return server.graphql(CREATE, { input }, token);
};
const readiness = async () => {
  const response = await fetch(`${server.url}/readyz`);
  return [response.status, await response.text()];
};

test('unavailable: writes while the disk is full, readiness says so, reads go on, and all is well once there is space', async () => {
  expect((await create()).body.data.createDomain).not.toBeNull();
  await disk.fill();
  let answer = await create();
  while (codeOf(answer) === undefined && made < WRITES_MAX) answer = await create();
  expect([answer.status, codeOf(answer)]).toEqual([503, 'UNAVAILABLE']);
  expect(answer.comparable).not.toMatch(/space|disk|extend|file/i);
  for (let round = 0; round < 3; round += 1) {
    expect(await readiness()).toEqual([503, 'not ready\ndatabase: the database has no space left\n']);
  }
  expect((await server.graphql('{ viewer { kind } }', {}, token)).body.data.viewer.kind).toBe('USER');
  await disk.free();
  // The system may give space back a moment later.
  for (let round = 0; round < 100 && (await readiness())[0] !== 200; round += 1) await delay(50);
  expect(await readiness()).toEqual([200, 'ready\n']);
  expect((await create()).body.data.createDomain.domain.name).toBe(`domain ${made - 1}`);
}, 120_000);
