import { createHash } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { uploads } from '../../src/uploads/uploads/tables.js';
import { asId } from '../harness/ids.js';
import { codeOf, type Json, startTestServer, type TestServer } from '../harness/server.js';

const HOUR_MS = 3_600_000;
const CREATE = `mutation ($input: CreateUploadInput!) {
  createUpload(input: $input) { uploadId path expiresAt userErrors { code message path } } }`;

const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;

let server: TestServer;
let scope: Awaited<ReturnType<TestServer['project']>>;
let ahead = 0;
const clock = { now: () => new Date(Date.now() + ahead) };
beforeAll(async () => {
  server = await startTestServer({ clock });
  scope = await server.project(await server.defaultDomainId());
});
afterAll(() => server.close());

const caller = () => server.token({ scope, role: 'admin' });
const put = (path: string, body: string, token: string) =>
  fetch(`${server.url}${path}`, { method: 'PUT', body, headers: { authorization: `Bearer ${token}` } });

async function done(query: string, input: object, token: string): Promise<Json> {
  const { body } = await server.graphql(query, { input }, token);
  expect(body.errors).toBeUndefined();
  return Object.values(body.data)[0];
}

describe('a request id of createUpload', () => {
  const input = { size: 3, digest: digestOf('one'), requestId: 'upload-1' };

  test('replay: it makes one upload, which can be filled after either answer', async () => {
    const { token, userId } = await caller();
    const first = await done(CREATE, input, token);
    expect(await done(CREATE, input, token)).toEqual(first);
    const own = await server.services.db
      .select()
      .from(uploads)
      .where(eq(uploads.userId, asId(userId)));
    expect(own.map(({ id }) => id)).toEqual([first.uploadId]);
    expect((await put(first.path, 'one', token)).status).toBe(204);
    expect((await done(CREATE, input, token)).uploadId).toBe(first.uploadId);
  });

  test('conflict: another input; ok: the same id of another caller', async () => {
    const [one, other] = [await caller(), await caller()];
    const first = await done(CREATE, input, one.token);
    const reused = await done(CREATE, { ...input, size: 4 }, one.token);
    expect([reused.uploadId, reused.userErrors]).toMatchObject([null, [{ code: 'REQUEST_ID_REUSED' }]]);
    expect((await done(CREATE, input, other.token)).uploadId).not.toBe(first.uploadId);
  });

  test('hidden: an upload that expired is not returned again', async () => {
    const expiresAt = new Date(clock.now().getTime() + 3 * HOUR_MS);
    const { token } = await server.token({ scope, role: 'admin', expiresAt });
    await done(CREATE, input, token);
    ahead += HOUR_MS;
    expect(codeOf(await server.graphql(CREATE, { input }, token))).toBe('NOT_FOUND');
    ahead -= HOUR_MS;
  });
});
