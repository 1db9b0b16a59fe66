import { and, eq, like } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { submitEvidence } from '../../../src/attestation/challenges/submit.js';
import { attestations } from '../../../src/attestation/challenges/tables.js';
import { attestationResults } from '../../../src/attestation/results/tables.js';
import { auditEntries } from '../../../src/audit/entries/tables.js';
import { setTrust } from '../../../src/identity/agents/index.js';
import { agents } from '../../../src/identity/agents/tables.js';
import { ByteBudget, type Lease } from '../../../src/platform/byte-budget.js';
import { contextOf } from '../../harness/context.js';
import { asId } from '../../harness/ids.js';
import { type Json, startTestServer, type TestServer } from '../../harness/server.js';
import { agentWorld, type MachineAgent, SUBMIT } from '../agent-world.js';
import { sha256 } from '../ima/ima-log.js';
import { FILES, healthyMachine } from '../verifier/machine.js';

const CREATE_LIST = `mutation ($input: CreateAllowlistInput!) {
  createAllowlist(input: $input) { allowlist { id etag } userErrors { code message } } }`;
const PUBLISH = `mutation ($input: PublishAllowlistRevisionInput!) {
  publishAllowlistRevision(input: $input) { allowlist { id } userErrors { code message } } }`;
const BIND = `mutation ($input: BindAllowlistInput!) {
  bindAllowlist(input: $input) { agent { id } userErrors { code } } }`;
const BEGIN = 'mutation { beginAttestation { challenge { attestationId } } }';
const BAN = 'mutation ($input: BanAgentInput!) { banAgent(input: $input) { agent { state } userErrors { code } } }';
const CONTENT = FILES.map((path) => `${sha256(path).toString('hex')}  ${path}\n`).join('');

let server: TestServer;
let world: ReturnType<typeof agentWorld>;
let admin: string;
let count = 0;
beforeAll(async () => {
  server = await startTestServer();
  world = agentWorld(server);
  const scope = await server.project(await server.defaultDomainId());
  admin = (await server.token({ scope, role: 'admin' })).token;
});
afterAll(() => server.close());

/** Memory that something happens in before it is lent: after the evidence and what is bound were read. */
class Meanwhile extends ByteBudget {
  readonly #happens: () => Promise<unknown>;

  constructor(happens: () => Promise<unknown>) {
    super({ max: 2 ** 40 });
    this.#happens = happens;
  }

  override async lend<T>(holder: string | null, run: (lease: Lease) => Promise<T>): Promise<T> {
    await this.#happens();
    return super.lend(holder, run);
  }
}

const list = async (content = CONTENT): Promise<{ id: string; etag: string }> =>
  (await world.done(CREATE_LIST, { name: `list-${++count}`, imaPolicy: { content } }, admin)).allowlist;

interface Story extends MachineAgent {
  readonly list: { readonly id: string; readonly etag: string };
  readonly attestationId: string;
}

/** Judges evidence that would be accepted, of a machine that is PENDING or TRUSTED, while something happens. */
async function judgedWhile(happens: (story: Story) => Promise<unknown>, { isTrusted = false } = {}) {
  const bound = await list();
  const machine = healthyMachine({ seed: 200 + ++count });
  const agent = await world.enrolled(machine, `machine-${count}`, bound.id, admin);
  if (isTrusted) await world.done(SUBMIT, { ...(await world.quoted(agent)), imaLog: machine.log() }, agent.token);
  const quoted = await world.quoted(agent);
  const story = { ...agent, list: bound, attestationId: quoted.attestationId };
  const context = { ...(await contextOf(server, agent.token)), memory: new Meanwhile(() => happens(story)) };
  const outcome = await submitEvidence(context, { ...quoted, imaLog: machine.log() }).then(
    ({ result }): Json => ({ verdict: result.verdict, codes: result.failures.map(({ code }) => code) }),
    (error: Json) => error.extensions,
  );
  const { db } = server.services;
  const [row] = await db
    .select({ state: agents.trustState })
    .from(agents)
    .where(eq(agents.id, asId(agent.id)));
  if (!isTrusted) return { ...outcome, state: row?.state };
  // What the first evidence left comes first.
  const isOwn = and(eq(auditEntries.targetId, agent.id), like(auditEntries.action, 'attestation.%'));
  const [, ...audited] = await db.select().from(auditEntries).where(isOwn).orderBy(auditEntries.id);
  const results = await db.$count(attestationResults, eq(attestationResults.agentId, asId(agent.id)));
  return { ...outcome, state: row?.state, audited: audited.map(({ action }) => action), results: results - 1 };
}

const rejected = (code: string) => ({ verdict: 'REJECTED', codes: [code], state: 'PENDING' });

describe('Mutation.submitEvidence', () => {
  test('ok: nothing happens while it judges', async () => {
    expect(await judgedWhile(async () => {})).toEqual({ verdict: 'ACCEPTED', codes: [], state: 'TRUSTED' });
  });

  test('refused: other evidence of the same machine while it judges', async () => {
    const quote = { message: '', signature: '', pcrs: '{}' };
    let other: Json;
    const outcome = await judgedWhile(async ({ token, attestationId }) => {
      other = (await server.graphql(SUBMIT, { input: { attestationId, quote } }, token)).body;
    });
    expect(other.errors[0]).toMatchObject({
      message: expect.stringContaining('still verifying earlier evidence'),
      extensions: { code: 'RATE_LIMITED' },
    });
    expect(outcome).toEqual({ verdict: 'ACCEPTED', codes: [], state: 'TRUSTED' });
  });

  test('stale: a challenge that another took the place of while it judges', async () => {
    const outcome = await judgedWhile(({ token }) => world.done(BEGIN, undefined, token));
    expect(outcome).toEqual(rejected('CHALLENGE_EXPIRED'));
  });

  test('stale: a challenge that other evidence was judged for in another process', async () => {
    const { db } = server.services;
    const used = { state: 'USED' as const, evidenceDigest: 'another' };
    const outcome = await judgedWhile(({ attestationId }) =>
      db
        .update(attestations)
        .set(used)
        .where(eq(attestations.id, asId(attestationId))),
    );
    expect(outcome).toEqual(rejected('CHALLENGE_USED'));
  });

  test('stale: a list of which another revision is in force by then', async () => {
    const outcome = await judgedWhile(({ list: { id, etag } }) => {
      const input = { allowlist: { id }, etag, imaPolicy: { content: `${'0'.repeat(64)}  /opt/other\n` } };
      return world.done(PUBLISH, input, admin);
    });
    expect(outcome).toEqual(rejected('CHALLENGE_OUTDATED'));
  });

  test('stale: an agent that another list, or none, is bound to by then', async () => {
    for (const other of [await list('#\n'.concat(CONTENT)), null]) {
      const allowlist = other && { id: other.id };
      const outcome = await judgedWhile(({ id }) => world.done(BIND, { agent: { id }, allowlist }, admin));
      expect(outcome).toEqual(rejected('CHALLENGE_OUTDATED'));
    }
  });

  test('refused: an agent that was banned while it judges', async () => {
    const outcome = await judgedWhile(({ id }) => world.done(BAN, { agent: { id } }, admin));
    expect(outcome).toMatchObject({ code: 'UNAUTHENTICATED', reason: 'AGENT_BANNED', state: 'BANNED' });
  });

  test('ok: an agent that failed while it judges stays so, whatever earlier evidence shows', async () => {
    const outcome = await judgedWhile(({ id }) =>
      server.services.db.transaction((tx) => setTrust(tx, asId(id), 'FAILED', null)),
    );
    expect(outcome).toEqual({ verdict: 'ACCEPTED', codes: [], state: 'FAILED' });
  });
});

describe('Mutation.submitEvidence, of a machine that is trusted', () => {
  const TRUSTED = { isTrusted: true };
  const accepted = { verdict: 'ACCEPTED', codes: [], state: 'TRUSTED', results: 1 };

  test('ok: nothing happens while it judges, and nothing is audited', async () => {
    expect(await judgedWhile(async () => {}, TRUSTED)).toEqual({ ...accepted, audited: [] });
  });

  test('refused: an agent that was banned while it judges', async () => {
    const outcome = await judgedWhile(({ id }) => world.done(BAN, { agent: { id } }, admin), TRUSTED);
    expect(outcome).toMatchObject({ code: 'UNAUTHENTICATED', reason: 'AGENT_BANNED', state: 'BANNED' });
    expect(outcome).toMatchObject({ results: 0, audited: [] });
  });

  test('audited: an agent that failed while it judges stays so', async () => {
    const fail = ({ id }: Story) => server.services.db.transaction((tx) => setTrust(tx, asId(id), 'FAILED', null));
    const outcome = await judgedWhile(fail, TRUSTED);
    expect(outcome).toEqual({ ...accepted, state: 'FAILED', audited: ['attestation.accepted'] });
  });

  test('audited: an agent whose trust ran out while it judges is trusted anew', async () => {
    const end = ({ id }: Story) =>
      server.services.db.transaction((tx) => setTrust(tx, asId(id), 'TRUSTED', new Date(0)));
    expect(await judgedWhile(end, TRUSTED)).toEqual({ ...accepted, audited: ['attestation.accepted'] });
  });

  test('audited: a challenge that other evidence was judged for in another process', async () => {
    const used = { state: 'USED' as const, evidenceDigest: 'another' };
    const outcome = await judgedWhile(
      ({ attestationId }) =>
        server.services.db
          .update(attestations)
          .set(used)
          .where(eq(attestations.id, asId(attestationId))),
      TRUSTED,
    );
    expect(outcome).toMatchObject({ codes: ['CHALLENGE_USED'], state: 'TRUSTED', audited: ['attestation.rejected'] });
  });
});

describe('Mutation.submitEvidence, of what another process judges at the same time', () => {
  /** A second copy of the module: it knows nothing of what is under way in the first. */
  async function inAnotherProcess(): Promise<typeof submitEvidence> {
    const path = '../../../src/attestation/challenges/submit.js?another-process';
    return ((await import(path)) as { submitEvidence: typeof submitEvidence }).submitEvidence;
  }

  test.each([false, true])('once: the same evidence (of a trusted machine: %s)', async (isTrusted) => {
    const bound = await list();
    const machine = healthyMachine({ seed: 200 + ++count });
    const agent = await world.enrolled(machine, `machine-${count}`, bound.id, admin);
    if (isTrusted) await world.done(SUBMIT, { ...(await world.quoted(agent)), imaLog: machine.log() }, agent.token);
    const input = { ...(await world.quoted(agent)), imaLog: machine.log() };
    const verified: string[] = [];
    const own = await contextOf(server, agent.token);
    const context = { ...own, meter: { ...own.meter, verified: (verdict: string) => verified.push(verdict) } };
    let first: Json;
    const meanwhile = new Meanwhile(async () => {
      first = await (await inAnotherProcess())(context, input);
    });
    const second = await submitEvidence({ ...context, memory: meanwhile }, input);
    expect(second.result.id).toBe(first.result.id);
    expect(verified).toEqual(['ACCEPTED']);
  });
});
