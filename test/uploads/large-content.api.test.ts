import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Id } from '../../src/platform/ids.js';
import { uploads } from '../../src/uploads/uploads/tables.js';
import { agentWorld, CREATE_LIST, type MachineAgent, SUBMIT } from '../attestation/agent-world.js';
import { sha256 } from '../attestation/ima/ima-log.js';
import { FILES, healthyMachine } from '../attestation/verifier/machine.js';
import { type Answer, codeOf, type Json, startTestServer, type TestServer } from '../harness/server.js';

const MIB = 1024 * 1024;
/** Less than the least that may be set: a story about a little that is too much needs as little content. */
const BUDGET = 24 * MIB;
const AT_ONCE = 12;
const PATIENCE_MS = 500;

let server: TestServer;
let world: ReturnType<typeof agentWorld>;
let member: string;
let listId: string;
let agents = 0;
/** Pieces of content that were read, and the most that was leased at any statement. */
let pieces = 0;
let mostInUse = 0;
const logQuery = (statement: string) => {
  if (/select .*content_chunks/.test(statement)) pieces += 1;
  mostInUse = Math.max(mostInUse, server?.services.memory.inUse ?? 0);
};

beforeAll(async () => {
  const settings = { contentMemoryBytes: BUDGET, streamPatienceMs: PATIENCE_MS };
  server = await startTestServer({ statements: { logQuery }, settings });
  world = agentWorld(server);
  const scope = await server.project(await server.defaultDomainId());
  member = (await server.token({ scope, role: 'admin' })).token;
  const content = FILES.map((path) => `${sha256(path).toString('hex')}  ${path}\n`).join('');
  listId = (await world.done(CREATE_LIST, { name: 'small', imaPolicy: { content } }, member)).allowlist.id;
}, 180_000);
afterAll(() => server.close());
beforeEach(() => {
  pieces = 0;
  mostInUse = 0;
});

const many = <T>(count: number, make: (n: number) => T) => Array.from({ length: count }, (_, n) => make(n));
const leased = () => server.services.memory.inUse;

/** A list of so many bytes; each seed another one. */
function listText(size: number, seed: number): Buffer {
  const line = (n: number) => `${(n * 100 + seed).toString(16).padStart(64, '0')}  /usr/lib/module-${n}.so\n`;
  const lines: string[] = [];
  for (let [n, length] = [0, 0]; length < size; n += 1) length += lines[lines.push(line(n)) - 1]?.length ?? 0;
  return Buffer.from(lines.join(''));
}

async function agentWithUpload(log?: Buffer): Promise<MachineAgent & { readonly imaLogUploadId: Id<'Upload'> }> {
  agents += 1;
  const agent = await world.enrolled(healthyMachine({ seed: agents }), `m-${agents}`, listId, member);
  const imaLogUploadId = await world.upload(log ?? randomBytes(3 * MIB), agent.token);
  return { ...agent, imaLogUploadId: imaLogUploadId as Id<'Upload'> };
}

/** Many submissions of the same at once; the codes of what was found or refused, sorted. */
async function submitted(input: object, token: string, times = AT_ONCE) {
  const answers = await Promise.all(many(times, () => server.graphql(SUBMIT, { input }, token)));
  const found = ({ body }: Answer) => body.data?.submitEvidence?.result?.failures.map(({ code }: Json) => code);
  return { answers, codes: answers.map((answer) => codeOf(answer) ?? String(found(answer))) };
}

/** Until everything that was leased is given back, compiled lists aside. */
async function givenBack(kept: number, memory = server.services.memory): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (memory.inUse > kept && Date.now() < deadline) await delay(20);
  expect(memory.inUse).toBeLessThanOrEqual(kept);
}

describe('Mutation.submitEvidence', () => {
  test.each<[string, (quote: Json) => object]>([
    ['SIGNATURE_MALFORMED', () => ({ signature: 'AAAA' })],
    ['SIGNATURE_INVALID', ({ message }) => ({ message: `${message.slice(0, -4)}AAAA` })],
    ['PCR_DIGEST_MISMATCH', ({ pcrs }) => ({ pcrs: pcrs.replace(/[0-9a-f]{8}"/, '00000000"') })],
  ])('rejected: %s, many times at once, and not one piece of the log is read', async (code, alter) => {
    const { imaLogUploadId, ...agent } = await agentWithUpload();
    // A list that is compiled already would hide that it is loaded.
    for (const state of ['PENDING', 'FAILED']) {
      const { quote, ...asked } = await world.quoted(agent);
      const input = { ...asked, quote: { ...quote, ...alter(quote) }, imaLogUploadId };
      const { codes } = await submitted(input, agent.token);
      expect([state, [...new Set(codes)].sort().filter((found) => found !== 'RATE_LIMITED')]).toEqual([state, [code]]);
    }
    expect(pieces).toBe(0);
  });

  test('rejected: a nonce of another challenge, and not one piece of the log is read', async () => {
    const { imaLogUploadId, ...agent } = await agentWithUpload();
    const { quote } = await world.quoted(agent);
    const { attestationId } = await world.quoted(agent);
    const { codes } = await submitted({ attestationId, quote, imaOffset: 0, imaLogUploadId }, agent.token, 1);
    expect([codes, pieces]).toEqual([['NONCE_MISMATCH'], 0]);
  });

  test('invalid: a log of more than 100 MiB, and not one piece of it is read', async () => {
    const { imaLogUploadId, ...agent } = await agentWithUpload();
    await server.services.db
      .update(uploads)
      .set({ size: 100 * MIB + 1 })
      .where(eq(uploads.id, imaLogUploadId));
    const input = { ...(await world.quoted(agent)), imaLogUploadId };
    const { body } = await server.graphql(SUBMIT, { input }, agent.token);
    expect(body.data?.submitEvidence).toEqual({ result: null, userErrors: [{ code: 'INVALID' }] });
    expect(pieces).toBe(0);
    await server.services.db
      .update(uploads)
      .set({ size: 3 * MIB })
      .where(eq(uploads.id, imaLogUploadId));
    expect((await submitted(input, agent.token, 1)).codes).not.toContain('undefined');
  });

  test('limit: of evidence at the same time one is judged, the rest is told to come back', async () => {
    const { imaLogUploadId, ...agent } = await agentWithUpload();
    const input = { ...(await world.quoted(agent)), imaLogUploadId };
    const { answers, codes } = await submitted(input, agent.token);
    const refused = answers.filter((answer) => codeOf(answer) === 'RATE_LIMITED');
    expect(refused.length).toBeGreaterThan(0);
    for (const { status, body } of refused)
      expect([status, body.errors[0].extensions.retryAfterSeconds]).toEqual([429, 1]);
    const judged = codes.filter((code) => code !== 'RATE_LIMITED');
    expect(judged.length).toBeGreaterThan(0);
    expect(new Set(judged)).toEqual(new Set([judged[0]]));
    // What comes after the first is answered with its result.
    const results = answers.flatMap(({ body }) => body.data?.submitEvidence?.result?.id ?? []);
    expect(new Set(results).size).toBe(1);
    const read = pieces;
    expect((await submitted(input, agent.token, 1)).codes).toEqual([judged[0]]);
    expect(pieces).toBe(read);
  });

  test('ok: a machine is trusted by a log that it uploaded, and beginning reads no list', async () => {
    const machine = healthyMachine({ seed: 1000 });
    const agent = await world.enrolled(machine, 'healthy', listId, member);
    const imaLogUploadId = await world.upload(Buffer.from(machine.log()), agent.token);
    pieces = 0;
    const quoted = await world.quoted(agent);
    expect(pieces).toBe(0);
    const { result } = await world.done(SUBMIT, { ...quoted, imaLogUploadId }, agent.token);
    expect(result).toMatchObject({ verdict: 'ACCEPTED', stateAfter: 'TRUSTED' });
  });
});

describe('content in memory', () => {
  test('unavailable: lists by upload at once, beyond what there is room for, with a time to come back', async () => {
    const kept = leased();
    const uploadId = await world.upload(listText(4 * MIB, 1), member);
    // Otherwise the upload's own memory may leave no room for any list.
    await givenBack(kept);
    mostInUse = 0;
    const create = (n: number) =>
      server.graphql(CREATE_LIST, { input: { name: `many-${n}`, imaPolicy: { uploadId } } }, member);
    const answers = await Promise.all(many(AT_ONCE, create));
    const refused = answers.filter((answer) => codeOf(answer) !== undefined);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(AT_ONCE);
    for (const { status, body } of refused)
      expect([status, body.errors[0].extensions]).toEqual([
        503,
        expect.objectContaining({ code: 'UNAVAILABLE', retryAfterSeconds: 2 }),
      ]);
    expect(mostInUse).toBeGreaterThan(4 * MIB);
    expect(mostInUse).toBeLessThanOrEqual(BUDGET);
    await givenBack(kept);
    expect((await create(AT_ONCE)).body.errors).toBeUndefined();
  });

  test('unavailable: one caller’s uploads that do not end leave room for others, and go when it is gone', async () => {
    const kept = leased();
    const scope = await server.project(await server.defaultDomainId());
    const hog = (await server.token({ scope, role: 'member' })).token;
    const bytes = randomBytes(6 * MIB);
    const open = await Promise.all(
      many(6, async () => held(hog, server.url + (await world.announce(bytes, hog)).path, bytes)),
    );
    const statuses = open.flatMap(({ status }) => status);
    expect(statuses.length).toBeGreaterThan(0);
    expect(new Set(statuses)).toEqual(new Set([503]));
    expect(leased()).toBeLessThanOrEqual(BUDGET);
    await world.upload(randomBytes(MIB), member);
    for (const { end } of open) end();
    await givenBack(kept);
    await world.upload(bytes.subarray(1), hog);
  });

  test('bounded: policies within answers are counted until these are sent', async () => {
    const content = listText(3 * MIB, 3).toString();
    const { allowlist } = await world.done(CREATE_LIST, { name: 'inline', imaPolicy: { content } }, member);
    const kept = leased();
    mostInUse = 0;
    const query = 'query ($id: ID!) { allowlist(ref: { id: $id }) { currentRevision { imaPolicy } } }';
    const answers = await Promise.all(many(AT_ONCE, () => server.graphql(query, { id: allowlist.id }, member)));
    expect(answers.some(({ body }) => body.data?.allowlist?.currentRevision.imaPolicy === content)).toBe(true);
    expect(answers.some((answer) => codeOf(answer) === 'UNAVAILABLE')).toBe(true);
    expect(mostInUse).toBeLessThanOrEqual(BUDGET);
    await givenBack(kept);
  });

  test('ok: metrics tell what is in use, what may be, and how often it was too much', async () => {
    const { token } = await server.token({ scope: { type: 'system' }, role: 'reader' });
    const headers = { authorization: `Bearer ${token}` };
    const text = await (await fetch(`${server.url}/metrics`, { headers })).text();
    const value = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
    expect(value('bailiwick_content_memory_limit_bytes')).toBe(BUDGET);
    expect(value('bailiwick_content_memory_used_bytes')).toBe(leased());
    expect(value('bailiwick_content_memory_refusals_total{limit="caller"}'.replace(/[{}]/g, '\\$&'))).toBeGreaterThan(
      0,
    );
  });
});

describe('HTTP.getImaPolicy', () => {
  test('bounded: downloads that nobody reads are counted, and cut off', async () => {
    const settings = { contentMemoryBytes: 80 * MIB, streamPatienceMs: PATIENCE_MS };
    const own = await startTestServer({ settings });
    const { done, upload } = agentWorld(own);
    const { token } = await own.token({ scope: await own.project(await own.defaultDomainId()), role: 'admin' });
    // More than what lies in the buffers of a connection.
    const content = Buffer.concat([Buffer.from(`# ${'x'.repeat(20 * MIB)}\n`), listText(1000, 2)]);
    const uploadId = await upload(content, token);
    const { allowlist } = await done(CREATE_LIST, { name: 'download', imaPolicy: { uploadId } }, token);
    const { memory } = own.services;
    expect(memory.inUse).toBe(0);
    const address = `${own.url}/allowlist-revisions/${allowlist.currentRevision.id}/ima-policy`;
    const open = await Promise.all(many(20, () => held(token, address)));
    const statuses = open.flatMap(({ status }) => status);
    expect([...new Set(statuses)].sort()).toEqual([200, 503]);
    expect(memory.inUse).toBeLessThanOrEqual(80 * MIB);
    await givenBack(0, memory);
    const whole = await fetch(address, { headers: { authorization: `Bearer ${token}` } });
    expect(content.equals(Buffer.from(await whole.arrayBuffer()))).toBe(true);
    for (const { end } of open) end();
    await own.close();
  });
});

/** A request that sends all but the last byte of its body, if it has one, and reads nothing of an answer. */
async function held(token: string, address: string, body?: Buffer) {
  const headers = { authorization: `Bearer ${token}`, ...(body && { 'content-length': body.length }) };
  const sent = request(address, { method: body ? 'PUT' : 'GET', headers, agent: false });
  const status: number[] = [];
  const answered = new Promise<void>((resolve) => {
    sent.once('response', ({ statusCode = 0 }) => {
      status.push(statusCode);
      resolve();
    });
    sent.once('error', () => resolve());
    if (body) sent.write(body.subarray(0, -1), () => resolve());
    else sent.end();
  });
  await answered;
  // What was written has to arrive, and be refused or not.
  if (body) await Promise.race([delay(2000), new Promise((resolve) => sent.once('response', resolve))]);
  return { status, end: () => sent.destroy() };
}
