import { and, eq, like } from 'drizzle-orm';
import { submitEvidence } from '../../../src/attestation/challenges/submit.js';
import { attestationResults } from '../../../src/attestation/results/tables.js';
import { auditEntries } from '../../../src/audit/entries/tables.js';
import { agents } from '../../../src/identity/agents/tables.js';
import { ByteBudget, type Lease } from '../../../src/platform/byte-budget.js';
import { contextOf } from '../../harness/context.js';
import { asId } from '../../harness/ids.js';
import type { Json, TestServer } from '../../harness/server.js';
import { agentWorld, type MachineAgent, SUBMIT } from '../agent-world.js';
import { sha256 } from '../ima/ima-log.js';
import { FILES, healthyMachine } from '../verifier/machine.js';

const CREATE_LIST = `mutation ($input: CreateAllowlistInput!) {
  createAllowlist(input: $input) { allowlist { id etag } userErrors { code message } } }`;
export const CONTENT = FILES.map((path) => `${sha256(path).toString('hex')}  ${path}\n`).join('');

/** Memory that something happens in before it is lent: after the evidence and what is bound were read. */
export class Meanwhile extends ByteBudget {
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

export interface Story extends MachineAgent {
  readonly list: { readonly id: string; readonly etag: string };
  readonly attestationId: string;
}

/** Machines of a server, whose evidence is judged while something happens. @param admin Of their project. */
export function judgedWorld(server: TestServer, admin: string) {
  const world = agentWorld(server);
  let count = 0;

  const list = async (content = CONTENT): Promise<{ id: string; etag: string }> =>
    (await world.done(CREATE_LIST, { name: `list-${++count}`, imaPolicy: { content } }, admin)).allowlist;

  /** A machine that is PENDING or TRUSTED. */
  async function enrolled({ isTrusted = false, listId }: { isTrusted?: boolean; listId: string }) {
    const machine = healthyMachine({ seed: 200 + ++count });
    const agent = await world.enrolled(machine, `machine-${count}`, listId, admin);
    if (isTrusted) await world.done(SUBMIT, { ...(await world.quoted(agent)), imaLog: machine.log() }, agent.token);
    return agent;
  }

  /** Judges evidence that would be accepted while something happens, and tells what it left. */
  async function judgedWhile(happens: (story: Story) => Promise<unknown>, { isTrusted = false } = {}) {
    const bound = await list();
    const agent = await enrolled({ isTrusted, listId: bound.id });
    const quoted = await world.quoted(agent);
    const story = { ...agent, list: bound, attestationId: quoted.attestationId };
    const context = { ...(await contextOf(server, agent.token)), memory: new Meanwhile(() => happens(story)) };
    const outcome = await submitEvidence(context, { ...quoted, imaLog: agent.machine.log() }).then(
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

  return { world, list, enrolled, judgedWhile };
}
