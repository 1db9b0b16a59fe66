import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tokenHash } from '../../src/identity/tokens/authenticate.js';
import { tokens } from '../../src/identity/tokens/tables.js';
import { newId } from '../../src/platform/ids.js';
import { type AsShipped, startAsShipped } from './split.js';
import { SHARE } from './walk.js';

const ATTACKERS = fileURLToPath(new URL('attackers.mjs', import.meta.url));
const AGENTS = 2_000;
const REQUESTS = Math.max(30, Math.round(400 * SHARE));
/** Where the reads take so long that there are fewer of them. */
const READING_MAX_MS = Math.max(3_000, 8_000 * SHARE);
/** The victim keeps to what one caller may send. */
const PACE_MS = 15;
/** How much longer another tenant's read may take while somebody attacks: the half of its answers, against quiet. */
const SLOWER_MAX = 5;
/** A few reads vary more: those of a part may also take so much longer than while anybody sends what costs little. */
const SLOWER_THAN_ORDINARY = SHARE < 1 ? 4 : 0;
const STRANGERS = ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4'];

interface Attack {
  readonly halves?: { readonly sources: readonly string[]; readonly each: number };
  readonly requests?: readonly { readonly body: string; readonly token?: string; readonly source: string }[];
  readonly connections?: number;
}

let shipped: AsShipped;
let victim: string;
let reader: string;
let member: string;
let auditor: string;

beforeAll(async () => {
  shipped = await startAsShipped();
  const { server } = shipped;
  const domainId = await server.defaultDomainId();
  const attacked = await server.project(domainId, 'attacked');
  reader = (await server.token({ scope: attacked, role: 'reader' })).token;
  member = (await server.token({ scope: attacked, role: 'admin' })).token;
  auditor = (await server.token({ scope: { type: 'domain', domainId }, role: 'reader' })).token;
  const foreign = await server.domain('quiet');
  victim = (await server.token({ scope: await server.project(foreign), role: 'reader' })).token;
  await manyAgents(attacked);
});

afterAll(() => shipped?.close());

/** As the services would write them. */
async function manyAgents({ domainId, projectId }: { readonly domainId: string; readonly projectId: string }) {
  const { db } = shipped.server.services;
  const ids = Array.from({ length: AGENTS }, () => newId('Agent'));
  await db.execute(sql`insert into agents (id, kind, domain_id, project_id, name, trust_state, created_at, created_by)
    select id, 'MACHINE', ${domainId}, ${projectId}, 'machine-' || id, 'PENDING', now(), 'prove'
    from unnest(${sql.param(`{${ids.join()}}`)}::text[]) id`);
  await db.execute(sql`insert into attestation_records
    (agent_id, domain_id, project_id, tpm_kind, is_living, accepted_count, rejected_count)
    select id, domain_id, project_id, 'PHYSICAL', true, 0, 0 from agents`);
}

const bodyOf = (query: string, variables: object = {}) => JSON.stringify({ query, variables });
const times = (count: number, field: string) => Array.from({ length: count }, (_, n) => `f${n}: ${field}`).join(' ');
const strangers = (body: string): Attack => ({
  requests: STRANGERS.map((source) => ({ body, source })),
  connections: 16,
});
const by = (token: () => string, body: string) => (): Attack => ({
  requests: [{ body, token: token(), source: '198.51.100.1' }],
  connections: 16,
});
const asReader = (body: string) => by(() => reader, body);
const asMember = (body: string) => by(() => member, body);
const asAuditor = (body: string) => by(() => auditor, body);

const READ = '{ viewer { user { name } scope { __typename } } }';
const WHO_CAN = 'whoCan(policy: "agent:get", scope: { project: { name: "attacked" } }) { nodes { __typename } }';
const AGENT_PAGE = 'agents(first: 200) { nodes { id name state createdAt trustedUntil externalId acceptedCount } }';
const DIGEST = `sha256:${'0'.repeat(64)}`;
const CREATE = `createUpload(input: { size: 104857600, digest: "${DIGEST}" }) { userErrors { message } }`;
const revokedAgain = (count: number) => async () => {
  const { userId, token } = await shipped.server.token({ scope: { type: 'unscoped' } });
  const { token: revoked } = await shipped.server.token({ scope: { type: 'unscoped' }, userId });
  const { db } = shipped.server.services;
  const [row] = await db
    .select()
    .from(tokens)
    .where(eq(tokens.hash, tokenHash(revoked)));
  const field = `revokeToken(input: { tokenId: "${row?.id}" }) { tokenId }`;
  return by(() => token, bodyOf(`mutation { ${times(count, field)} }`))();
};

/** What took long once, which is refused now, and as much of it as one operation may ask for. */
const ATTACKS: Readonly<Record<string, () => Attack | Promise<Attack>>> = {
  '1: unfinished bodies, 501 sockets each of four sources': () => ({ halves: { sources: STRANGERS, each: 501 } }),
  '3: strangers repeat a selection 115 times': () =>
    strangers(bodyOf(`mutation { ${'issueToken(input: { proof: {} }) { token } '.repeat(45)} }`)),
  '3: strangers send 960 KB of variables': () =>
    strangers(bodyOf('{ __typename }', { some: Array.from({ length: 60_000 }, (_, n) => `some ${n}`) })),
  '3: a reader repeats a selection in 10 KB': asReader(
    bodyOf(`{ ${'agents(first: 1) { nodes { id name state } } '.repeat(200)} }`),
  ),
  '3: a reader sends what is not GraphQL': asReader(bodyOf(`{ ${'viewer '.repeat(3980)}`)),
  '3: a reader sends 1 MB of variables that nothing takes': asReader(
    bodyOf('{ nothing }', { some: Array.from({ length: 4_900 }, () => 'x'.repeat(200)) }),
  ),
  '4: whoCan, 20 times': asAuditor(bodyOf(`{ ${times(20, WHO_CAN)} }`)),
  '4: a page of 200 agents, 20 times': asReader(bodyOf(`{ ${times(20, AGENT_PAGE)} }`)),
  '4: whoCan, once': asAuditor(bodyOf(`{ ${WHO_CAN} }`)),
  '4: a page of 200 agents, once': asReader(bodyOf(`{ ${AGENT_PAGE} }`)),
  '4: the SDL, 20 times': asReader(bodyOf(`{ ${times(20, '_service { sdl }')} }`)),
  '4: mutations, 20 times': asMember(bodyOf(`mutation { ${times(20, CREATE)} }`)),
  '4: mutations, 9 times': asMember(bodyOf(`mutation { ${times(9, CREATE)} }`)),
  '5: a revoked token is revoked, 20 times': revokedAgain(20),
  '5: a revoked token is revoked, 9 times': revokedAgain(9),
};

/** While as many connections as attack send what costs little: how a busy machine serves anybody. */
let ordinary: number;

test('ok: another tenant reads on while somebody sends what anybody sends', async () => {
  ordinary = (await readsDuring('ordinary', asReader(bodyOf(READ))())).attacked;
});

test.each(Object.keys(ATTACKS))('ok: another tenant reads on while: %s', async (name) => {
  const { quiet, attacked, after, refused } = await readsDuring(name, (await ATTACKS[name]?.()) ?? {});
  expect(refused).toEqual([]);
  expect(attacked).toBeLessThanOrEqual(Math.max(Math.max(quiet, after) * SLOWER_MAX, ordinary * SLOWER_THAN_ORDINARY));
});

async function readsDuring(name: string, attack: Attack) {
  const quiet = await reads();
  const child = fork(ATTACKERS);
  child.send({ url: shipped.address, ...attack });
  await once(child, 'message');
  await reads(0.2);
  const attacked = await reads();
  const answered = await ended(child);
  await reads(0.2);
  const after = await reads();
  const told = { quiet: quiet.p50, attacked: attacked.p50, after: after.p50, refused: attacked.refused };
  process.stdout.write(`${name}: ${JSON.stringify(told)} ms; the attack was answered ${JSON.stringify(answered)}\n`);
  return told;
}

async function ended(child: ChildProcess): Promise<unknown> {
  const answer = once(child, 'message');
  child.send('statuses');
  const [statuses] = await answer;
  child.disconnect();
  await once(child, 'exit');
  return statuses;
}

/** How long the victim's reads take one after another, in milliseconds; the half of them takes at most `p50`. */
async function reads(share = 1) {
  const agent = new http.Agent({ keepAlive: true });
  const took: number[] = [];
  const refused: number[] = [];
  // While thousands connect, the kernel lets a new connection wait: that is not the server's to answer for.
  await read(agent);
  const until = performance.now() + READING_MAX_MS;
  for (let n = 0; n < REQUESTS * share && performance.now() < until; n += 1) {
    const started = performance.now();
    const status = await read(agent);
    if (status !== 200) refused.push(status);
    took.push(performance.now() - started);
    await delay(PACE_MS - (performance.now() - started));
  }
  agent.destroy();
  took.sort((a, b) => a - b);
  return { p50: Number((took[Math.floor(took.length / 2)] ?? 0).toFixed(2)), refused };
}

function read(agent: http.Agent): Promise<number> {
  const { hostname, port } = new URL(shipped.address);
  const headers = {
    'content-type': 'application/json',
    'x-forwarded-for': '203.0.113.7',
    authorization: `Bearer ${victim}`,
  };
  return new Promise((resolve, reject) => {
    const options = { hostname, port, path: '/graphql', method: 'POST', agent, headers };
    const request = http.request(options, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode ?? 0));
    });
    request.once('error', reject);
    request.end(bodyOf(READ));
  });
}
