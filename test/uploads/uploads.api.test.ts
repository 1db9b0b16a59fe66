import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { count, eq } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { attestations } from '../../src/attestation/challenges/tables.js';
import { idempotencyKeys } from '../../src/authority/tables.js';
import { newId } from '../../src/platform/ids.js';
import { contentChunks, contents } from '../../src/uploads/contents/tables.js';
import { uploads } from '../../src/uploads/uploads/tables.js';
import { asIds } from '../harness/ids.js';
import { type Json, startTestServer, type TestServer } from '../harness/server.js';

const MIB = 1024 * 1024;
const HOUR_MS = 3_600_000;
const CREATE = `mutation ($input: CreateUploadInput!) {
  createUpload(input: $input) { uploadId path expiresAt userErrors { code message path } } }`;
const CREATE_LIST = `mutation ($input: CreateAllowlistInput!) {
  createAllowlist(input: $input) { allowlist { id etag } userErrors { code message } } }`;
const DELETE_LIST = `mutation ($input: DeleteAllowlistInput!) {
  deleteAllowlist(input: $input) { allowlistId userErrors { code message } } }`;

const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;

let server: TestServer;
let scope: Awaited<ReturnType<TestServer['project']>>;
let ahead = 0;
const clock = { now: () => new Date(Date.now() + ahead) };
beforeAll(async () => {
  server = await startTestServer({ clock, settings: { sweepIntervalMs: 25 } });
  scope = await server.project(await server.defaultDomainId());
}, 60_000);
afterAll(() => server.close());

const caller = () => server.token({ scope, role: 'admin' });

async function done(query: string, input: object, token: string): Promise<Json> {
  const { body } = await server.graphql(query, { input }, token);
  expect(body.errors).toBeUndefined();
  return Object.values(body.data)[0];
}

const announce = (token: string, size: number, digest = digestOf('')) => done(CREATE, { size, digest }, token);
const put = (path: string, body: string, token: string) =>
  fetch(`${server.url}${path}`, { method: 'PUT', body, headers: { authorization: `Bearer ${token}` } });

async function upload(text: string, token: string): Promise<{ uploadId: string; path: string }> {
  const made = await announce(token, Buffer.byteLength(text), digestOf(text));
  expect((await put(made.path, text, token)).status).toBe(204);
  return made;
}

/** Uploads of a user that were announced a while ago. */
async function announced(userId: string, rows: number, size: number): Promise<void> {
  const row = () => ({ id: newId('Upload'), userId, agentId: null, size, digest: digestOf(''), contentDigest: null });
  const times = { createdAt: clock.now(), expiresAt: new Date(clock.now().getTime() + HOUR_MS / 2) };
  await server.services.db.insert(uploads).values(asIds(Array.from({ length: rows }, () => ({ ...row(), ...times }))));
}

const rowsOf = async (table: PgTable) => {
  const [found] = await server.services.db.select({ rows: count() }).from(table);
  return found?.rows;
};
const storedDigests = async () =>
  (await server.services.db.select({ digest: contents.digest }).from(contents)).map(({ digest }) => digest);

async function eventually<T>(read: () => Promise<T>, expected: T): Promise<void> {
  const deadline = Date.now() + 10_000;
  let seen = await read();
  while (JSON.stringify(seen) !== JSON.stringify(expected) && Date.now() < deadline) {
    await delay(20);
    seen = await read();
  }
  expect(seen).toEqual(expected);
}

describe('limits', () => {
  test('limit: 256 uploads of one caller at once, others are not concerned, and expiry makes room', async () => {
    const { userId, token } = await caller();
    await announced(userId, 255, 1);
    expect((await announce(token, 1)).userErrors).toEqual([]);
    const refused = await announce(token, 1);
    expect(refused.uploadId).toBeNull();
    expect(refused.userErrors).toMatchObject([{ code: 'LIMIT_REACHED' }]);
    expect(refused.userErrors[0].message).toMatch(/at most 256 uploads at once\. Wait until the next expires, at 20/);
    expect((await announce((await caller()).token, 1)).userErrors).toEqual([]);
    ahead += HOUR_MS / 2 + 1;
    expect((await announce(token, 1)).userErrors).toEqual([]);
  });

  test('limit: 1 GiB in the uploads of one caller, filled or not', async () => {
    const { userId, token } = await caller();
    await announced(userId, 10, 100 * MIB);
    expect((await announce(token, 24 * MIB)).userErrors).toEqual([]);
    const refused = await announce(token, 1);
    expect(refused.userErrors).toMatchObject([{ code: 'LIMIT_REACHED', path: ['input', 'size'] }]);
    expect(refused.userErrors[0].message).toMatch(/at most 1073741824 bytes together\. Wait until the next expires/);
  });

  test('limit: announcements at once count one another', async () => {
    const { userId, token } = await caller();
    await announced(userId, 250, 1);
    const made = await Promise.all(Array.from({ length: 12 }, () => announce(token, 1)));
    expect(made.filter(({ uploadId }) => uploadId !== null)).toHaveLength(6);
  });
});

describe('sweeps', () => {
  test('ok: expired uploads go with their content; what an allowlist holds stays until it is deleted', async () => {
    const { token } = await caller();
    const [kept, dropped] = [`${'a'.repeat(64)}  /kept\n`, 'dropped'];
    const { uploadId } = await upload(kept, token);
    const { path } = await upload(dropped, token);
    await announce(token, 1);
    const made = await done(CREATE_LIST, { name: 'kept', imaPolicy: { uploadId } }, token);
    expect(made.userErrors).toEqual([]);
    expect((await storedDigests()).sort()).toEqual([digestOf(kept), digestOf(dropped)].sort());

    ahead += 2 * HOUR_MS;
    await eventually(() => rowsOf(uploads), 0);
    await eventually(storedDigests, [digestOf(kept)]);
    const later = (await caller()).token;
    const gone = await put(path, dropped, later);
    expect([gone.status, ((await gone.json()) as Json).errors[0].extensions.code]).toEqual([404, 'NOT_FOUND']);

    const { allowlist } = made;
    await done(DELETE_LIST, { allowlist: { id: allowlist.id }, etag: allowlist.etag }, later);
    await eventually(storedDigests, []);
    expect(await rowsOf(contentChunks)).toBe(0);
    await upload(dropped, later);
    expect(await storedDigests()).toEqual([digestOf(dropped)]);
  });

  test('ok: request ids go after a day, and challenges a day after they expired', async () => {
    const { userId, token } = await caller();
    const input = { name: 'once', tpmPolicy: JSON.stringify({ 7: ['a'.repeat(64)] }), requestId: 'r-1' };
    const first = await done(CREATE_LIST, input, token);
    await challenge();
    ahead += 23 * HOUR_MS;
    await delay(200);
    const later = (await server.token({ scope, userId })).token;
    expect((await done(CREATE_LIST, input, later)).allowlist.id).toBe(first.allowlist.id);
    expect([await rowsOf(idempotencyKeys), await rowsOf(attestations)]).toEqual([1, 1]);
    ahead += 2 * HOUR_MS;
    await eventually(async () => [await rowsOf(idempotencyKeys), await rowsOf(attestations)], [0, 0]);
  });
});

/** An answered challenge of an agent, as the release before keeps it. */
async function challenge(): Promise<void> {
  const { db } = server.services;
  const agentId = await server.agent(scope);
  const createdAt = clock.now();
  const id = 'att_1';
  const asked = { nonce: 'n', pcrs: [0], hashAlgorithms: ['sha256' as const], imaOffset: 0 };
  await db.insert(attestations).values({ id, agentId, ...asked, state: 'USED', expiresAt: createdAt, createdAt });
  expect(await db.select({ id: attestations.id }).from(attestations).where(eq(attestations.id, id))).toEqual([{ id }]);
}
