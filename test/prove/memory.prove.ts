import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { agentWorld, CREATE_LIST, type MachineAgent, SUBMIT } from '../attestation/agent-world.js';
import { healthyMachine } from '../attestation/verifier/machine.js';
import type { Json } from '../harness/server.js';
import { type Spawned, spawnServer } from './spawned.js';
import { SHARE } from './walk.js';

/** What the whole process may come to, the embedded database included. */
const PEAK_MIB_MAX = 1024;
const SIZE = Math.ceil(100 * 1024 * 1024 * SHARE);
const AT_ONCE = 24;
const AGENTS = 6;
/** Uploads that a caller may have open at once by their size. */
const UPLOADS = 9;
const HTTP = { putUpload: 'PUT', getImaPolicy: 'GET' } as const;

const LOG_IN = 'mutation ($input: IssueTokenInput!) { issueToken(input: $input) { token } }';

type Agent = MachineAgent & { readonly imaLogUploadId: string };

/** As docs/operations.md says: the C library gives freed buffers back to the system at once. */
const ALLOCATOR = { MALLOC_MMAP_THRESHOLD_: '131072', MALLOC_TRIM_THRESHOLD_: '131072' };

let server: Spawned;
let world: ReturnType<typeof agentWorld>;
let admin: string;
let agents: readonly Agent[];
let list: { readonly id: string; readonly revisionId: string };

/** As many lines as fit, each another one. */
function text(line: (n: number) => string): Buffer {
  const bytes = Buffer.alloc(SIZE, '\n');
  let end = 0;
  for (let n = 0; ; n += 1) {
    const next = line(n);
    if (end + next.length > SIZE) return bytes;
    end += bytes.write(next, end, 'latin1');
  }
}

const hex = (n: number) => n.toString(16).padStart(64, '0');
const listText = (salt: number) =>
  text((n) => `${hex(n * 1000 + salt)}  /usr/lib/x86_64-linux-gnu/package-${n % 977}/module-${n}.so\n`);
const logText = () =>
  text((n) => `10 ${hex(n).slice(24)} ima-ng sha256:${hex(n)} /usr/lib/x86_64-linux-gnu/package-${n % 977}/${n}.so\n`);

/** Answers a challenge with a log that no PCR accounts for. */
async function evidence(agent: Agent, isSigned = true) {
  const { quote, ...asked } = await world.quoted(agent);
  const { imaLogUploadId } = agent;
  return { ...asked, imaLogUploadId, quote: isSigned ? quote : { ...quote, signature: 'AAAA' } };
}

/** Counts answers by the code of their error, or by what was found. */
async function answers(asked: readonly Promise<{ readonly body: Json }>[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { body } of await Promise.all(asked)) {
    const { result, userErrors } = (Object.values(body.data ?? {})[0] as Json) ?? {};
    const told = result?.failures[0]?.code ?? userErrors?.[0]?.code ?? 'OK';
    const key = body.errors?.[0].extensions.code ?? told;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

const many = <T>(count: number, make: (n: number) => T) => Array.from({ length: count }, (_, n) => make(n));
const submit = (input: object, { token }: Agent, times = AT_ONCE) =>
  many(times, () => server.graphql(SUBMIT, { input }, token));
const createLists = (uploadId: string) =>
  many(AT_ONCE, (n) => {
    const input = { name: `x-${uploadId}-${n}`, imaPolicy: { uploadId, excludes: [`/${n}/`] } };
    return server.graphql(CREATE_LIST, { input }, admin);
  });

/** The most memory that the process took meanwhile. */
async function measured(name: string, attack: () => Promise<object>): Promise<number> {
  server.memory.forgetPeak();
  const before = server.memory.now();
  const told = await attack();
  const peak = server.memory.peak();
  process.stdout.write(`${name}: ${before} MiB before, ${peak} MiB at most ${JSON.stringify(told)}\n`);
  return peak;
}

beforeAll(async () => {
  server = await spawnServer(ALLOCATOR);
  world = agentWorld(server);
  const proof = { password: { user: 'admin', password: server.password, newPassword: 'correct horse battery' } };
  const scope = { project: { name: 'default' } };
  admin = (await world.done(LOG_IN, { proof, scope, lifetime: 'PT1H' })).token;
  const uploadId = await world.upload(listText(0), admin);
  const { allowlist } = await world.done(CREATE_LIST, { name: 'large', imaPolicy: { uploadId } }, admin);
  list = { id: allowlist.id, revisionId: allowlist.currentRevision.id };
  const log = logText();
  const made: Agent[] = [];
  for (let seed = 1; seed <= AGENTS; seed += 1) {
    const agent = await world.enrolled(healthyMachine({ seed }), `m-${seed}`, list.id, admin);
    made.push({ ...agent, imaLogUploadId: await world.upload(log, agent.token) });
  }
  agents = made;
  // Begun and failed once, so that each is FAILED below.
  for (const agent of agents) await answers(submit(await evidence(agent, false), agent, 1));
});
afterAll(() => server?.close());

describe(`at most ${PEAK_MIB_MAX} MiB, with content of ${Math.round(SIZE / 2 ** 20)} MiB`, () => {
  test('bounded: a FAILED agent with a malformed signature, many times at once', async () => {
    const [agent] = agents as [Agent];
    const input = await evidence(agent, false);
    expect(await measured('malformed', () => answers(submit(input, agent)))).toBeLessThanOrEqual(PEAK_MIB_MAX);
  });

  test('bounded: a FAILED agent with quotes of its TPM and a log that no PCR accounts for', async () => {
    const [agent] = agents as [Agent];
    const input = await evidence(agent);
    expect(await measured('quoted', () => answers(submit(input, agent)))).toBeLessThanOrEqual(PEAK_MIB_MAX);
  });

  test('bounded: a member with an upload that many lists name at once', async () => {
    const uploadId = await world.upload(listText(1), admin);
    expect(await measured('lists', () => answers(createLists(uploadId)))).toBeLessThanOrEqual(PEAK_MIB_MAX);
  });

  test('bounded: several agents and a member at once', async () => {
    const uploadId = await world.upload(listText(2), admin);
    const inputs = await Promise.all(agents.map((agent) => evidence(agent)));
    const attack = () =>
      answers([...createLists(uploadId), ...agents.flatMap((agent, n) => submit(inputs[n] as object, agent, 4))]);
    expect(await measured('both', attack)).toBeLessThanOrEqual(PEAK_MIB_MAX);
  });

  test('bounded: uploads that are sent up to their last byte, and no further', async () => {
    const bytes = randomBytes(SIZE);
    const [, ...others] = agents as [Agent, ...Agent[]];
    const made: { token: string; path: string }[] = [];
    for (const { token } of others)
      for (let n = 0; n < UPLOADS; n += 1) made.push({ token, path: (await world.announce(bytes, token)).path });
    expect(await measured('uploads', () => held(HTTP.putUpload, made, bytes))).toBeLessThanOrEqual(PEAK_MIB_MAX);
  });

  test('bounded: downloads that nobody reads', async () => {
    const path = `/allowlist-revisions/${list.revisionId}/ima-policy`;
    const made = many(60, () => ({ token: admin, path }));
    expect(await measured('downloads', () => held(HTTP.getImaPolicy, made))).toBeLessThanOrEqual(PEAK_MIB_MAX);
  });
});

/** Requests that are left hanging, their body but for its last byte sent, until nothing moves any more. */
async function held(method: string, asked: readonly { token: string; path: string }[], body?: Buffer) {
  const statuses: Record<string, number> = {};
  const open = asked.map(({ token, path }) => {
    const headers = { authorization: `Bearer ${token}`, ...(body && { 'content-length': body.length }) };
    const sent = request(`${server.url}${path}`, { method, headers, agent: false });
    sent.on('response', ({ statusCode = 0 }) => {
      statuses[statusCode] = (statuses[statusCode] ?? 0) + 1;
    });
    sent.on('error', () => {});
    const finished = new Promise<void>((resolve) => {
      sent.once('close', resolve).once('response', () => resolve());
      if (body) sent.write(body.subarray(0, -1), () => resolve());
      else sent.end();
    });
    return { sent, finished };
  });
  await Promise.all(open.map(({ finished }) => finished));
  for (let last = -1; last !== server.memory.peak(); ) {
    last = server.memory.peak();
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  for (const { sent } of open) sent.destroy();
  return statuses;
}
