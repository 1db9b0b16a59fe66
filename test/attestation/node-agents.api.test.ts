import { desc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { adoptAgent, retireForNode } from '../../src/attestation/lifecycle/index.js';
import { attestationRecords } from '../../src/attestation/records/tables.js';
import { trustTransitions } from '../../src/attestation/transitions/tables.js';
import { type Act, mutate } from '../../src/authority/index.js';
import { agents, agentsOfNodes } from '../../src/identity/agents/index.js';
import { type Id, newId } from '../../src/platform/ids.js';
import { makeRows, type Rows } from '../contract/personas/rows.js';
import { contextOf } from '../harness/context.js';
import { asId } from '../harness/ids.js';
import {
  codeOf,
  type Json,
  type RoleName,
  startTestServer,
  type TestScope,
  type TestServer,
} from '../harness/server.js';
import { asking } from '../identity/asking.js';
import { agentWorld, CREATE_LIST, type MachineAgent, SUBMIT } from './agent-world.js';
import { sha256 } from './ima/ima-log.js';
import { FILES, healthyMachine } from './verifier/machine.js';

const SYSTEM = { type: 'system' } as const;
const CONTENT = FILES.map((path) => `${sha256(path).toString('hex')}  ${path}\n`).join('');

let server: TestServer;
let rows: Rows;
let ask: ReturnType<typeof asking>;
let world: ReturnType<typeof agentWorld>;
let operators: Awaited<ReturnType<TestServer['operatorsProject']>>;
let system: Record<'admin' | 'manager', string>;
/** Who administers the operators' project, and its domain. */
let tenants: readonly string[];
/** Lists of the system, and one of the project. */
let lists: Record<'files' | 'others' | 'own', string>;
let seed = 700;
beforeAll(async () => {
  server = await startTestServer();
  rows = await makeRows(server);
  [ask, world] = [asking(server), agentWorld(server)];
  operators = await server.operatorsProject(await server.domain('tenant'));
  const token = async (scope: TestScope, role: RoleName) => (await server.token({ scope, role })).token;
  system = { admin: await token(SYSTEM, 'admin'), manager: await token(SYSTEM, 'manager') };
  const domain = { type: 'domain', domainId: operators.domainId } as const;
  tenants = [await token(operators, 'admin'), await token(domain, 'admin')];
  const made = async (name: string, by = system.manager): Promise<string> =>
    (await world.done(CREATE_LIST, { name, imaPolicy: { content: CONTENT } }, by)).allowlist.id;
  lists = { files: await made('files'), others: await made('others'), own: await made('own', tenants[0]) };
}, 60_000);
afterAll(() => server.close());

/** Does what fleet does, in a change of a manager of the system. */
async function change(run: (act: Act) => Promise<void>, token = system.manager): Promise<string> {
  try {
    await mutate(await contextOf(server, token), { policy: 'agent:bind_allowlist' }, run);
    return 'ok';
  } catch (error) {
    const { code, facts } = error as { code?: string; facts?: { code: string; message: string }[] };
    return facts?.map((fact) => `${fact.code}: ${fact.message}`).join() ?? code ?? String(error);
  }
}
const adopt = (id: string, nodeId = newId('Node')) => change((act) => adoptAgent(act, asId(id), nodeId));

async function kept(id: string) {
  const [row] = await server.services.db
    .select()
    .from(agents)
    .innerJoin(attestationRecords, eq(attestationRecords.agentId, agents.id))
    .where(eq(agents.id, asId(id)));
  if (!row) throw new Error('gone');
  return { ...row.attestation_records, ...row.agents };
}
const causeOf = async (id: string) => {
  const { agentId, id: order } = trustTransitions;
  const [row] = await server.services.db
    .select()
    .from(trustTransitions)
    .where(eq(agentId, asId(id)))
    .orderBy(desc(order));
  return [row?.cause, row?.fromState, row?.toState];
};
const evidence = async (machine: MachineAgent) => ({ ...(await world.quoted(machine)), imaLog: machine.machine.log() });
const attest = async (machine: MachineAgent): Promise<Json> =>
  (await world.done(SUBMIT, await evidence(machine), machine.token)).result;

/** A machine in the operators' project that was trusted by a list. */
async function trusted(list = lists.files): Promise<MachineAgent> {
  seed += 1;
  const machine = await world.enrolled(healthyMachine({ seed }), `machine-${seed}`, list, tenants[0] ?? '');
  expect((await attest(machine)).stateAfter).toBe('TRUSTED');
  return machine;
}
/** One that is a node's, and trusted again. */
async function node(): Promise<MachineAgent & { nodeId: Id<'Node'> }> {
  const [machine, nodeId] = [await trusted(), newId('Node')];
  expect(await adopt(machine.id, nodeId)).toBe('ok');
  expect((await attest(machine)).stateAfter).toBe('TRUSTED');
  return { ...machine, nodeId };
}

describe('adoptAgent', () => {
  test('ok, audited: a trusted machine is PENDING until it proves itself anew, from the start of its log', async () => {
    const [machine, nodeId] = [await trusted(), newId('Node')];
    const open = await evidence(machine);
    expect(await adopt(machine.id, nodeId)).toBe('ok');
    expect(await kept(machine.id)).toMatchObject({
      nodeId,
      trustState: 'PENDING',
      trustedUntil: null,
      verifierState: null,
    });
    expect(await causeOf(machine.id)).toEqual(['ADOPT', 'TRUSTED', 'PENDING']);
    const late = await server.graphql(SUBMIT, { input: open }, machine.token);
    expect(late.body.data.submitEvidence.result).toMatchObject({ verdict: 'REJECTED', stateAfter: 'PENDING' });
    expect((await attest(machine)).stateAfter).toBe('TRUSTED');
    expect((await agentsOfNodes(server.services.db, [nodeId])).get(nodeId)?.id).toBe(machine.id);
    expect((await contextOf(server, machine.token)).actor.credentials.node_id).toBe(nodeId);
  });

  test('invalid: one that is judged by a list of a tenant, who could decide what TRUSTED means', async () => {
    expect(await adopt((await trusted(lists.own)).id)).toMatch(
      /^INVALID: A node’s agent is bound to allowlists of the system alone/,
    );
  });

  test('invalid: one that is not enrolled: whoever has its enrollment token would choose the machine', async () => {
    const created = await adopt(await rows.agent(operators, 'CREATED'));
    expect(created).toBe('INVALID: An agent that is CREATED cannot be a node’s.');
    const pending = await adopt(await rows.agent(operators, 'PENDING'));
    expect(pending).toBe('INVALID: An agent that is not enrolled cannot be a node’s.');
  });

  test('invalid: one that failed, is banned or retired: adoption resets nothing', async () => {
    for (const state of ['FAILED', 'BANNED', 'RETIRED']) {
      const id = await rows.agent(operators, state, { isLiving: true });
      expect(await adopt(id)).toBe(`INVALID: An agent that is ${state} cannot be a node’s.`);
      expect(await kept(id)).toMatchObject({ nodeId: null, trustState: state });
    }
  });

  test('conflict: a node’s agent is adopted once', async () => {
    const id = await rows.agent(operators, 'PENDING', { isLiving: true });
    expect(await adopt(id)).toBe('ok');
    expect(await adopt(id)).toBe('ALREADY_EXISTS: The agent is a node’s already.');
  });

  test('hidden: an agent of a project that is no operators’ project, like one that does not exist', async () => {
    const id = await rows.agent(await server.project(operators.domainId), 'PENDING');
    expect(await adopt(id)).toBe('NOT_FOUND');
    expect(await adopt(newId('Agent'))).toBe('NOT_FOUND');
    const ofTenant = await change((act) => adoptAgent(act, id, newId('Node')), tenants[0]);
    expect(ofTenant).toBe('NOT_FOUND');
  });
});

describe('a tenant whose machine is a node', () => {
  let machine: Awaited<ReturnType<typeof node>>;
  beforeEach(async () => {
    machine = await node();
  });

  test('ok: still reads it, its list and its results', async () => {
    const query = 'query ($id: ID!) { agent(ref: { id: $id }) { state allowlist { id } lastResult { verdict } } }';
    for (const token of tenants)
      expect((await server.graphql(query, { id: machine.id }, token)).body.data.agent).toEqual({
        state: 'TRUSTED',
        allowlist: { id: lists.files },
        lastResult: { verdict: 'ACCEPTED' },
      });
  });

  test('forbidden: binds it to no list of its own, and takes none away', async () => {
    for (const token of tenants)
      for (const allowlist of [{ id: lists.own }, { id: lists.others }, null]) {
        const bound = await ask.send('bindAllowlist', 'agent { id }', { agent: { id: machine.id }, allowlist }, token);
        expect(bound.code).toBe('FORBIDDEN');
      }
    expect(await kept(machine.id)).toMatchObject({ allowlistId: lists.files, trustState: 'TRUSTED' });
  });

  test('forbidden: neither bans, unbans, resets nor retires it, in the states where that is possible', async () => {
    const steps = [
      ['TRUSTED', ['banAgent', 'retireAgent']],
      ['FAILED', ['resetAgent']],
      ['BANNED', ['unbanAgent', 'resetAgent', 'retireAgent']],
    ] as const;
    for (const [trustState, operations] of steps) {
      await server.services.db
        .update(agents)
        .set({ trustState })
        .where(eq(agents.id, asId(machine.id)));
      for (const operation of operations)
        for (const token of tenants) {
          const done = await ask.send(operation, 'agent { state }', { agent: { id: machine.id } }, token);
          expect([operation, done.code]).toEqual([operation, 'FORBIDDEN']);
        }
      expect((await kept(machine.id)).trustState).toBe(trustState);
    }
  });
});

describe('the system and the agent of a node', () => {
  test('ok: another list of the system sets it PENDING, and challenges of before are void', async () => {
    const machine = await node();
    const open = await evidence(machine);
    const input = { agent: { id: machine.id }, allowlist: { id: lists.others } };
    const bound = await ask.send('bindAllowlist', 'agent { state allowlist { id } }', input, system.manager);
    expect(bound.made.agent).toEqual({ state: 'PENDING', allowlist: { id: lists.others } });
    expect(await causeOf(machine.id)).toEqual(['REBIND', 'TRUSTED', 'PENDING']);
    const late = await server.graphql(SUBMIT, { input: open }, machine.token);
    expect(late.body.data.submitEvidence.result).toMatchObject({ verdict: 'REJECTED', stateAfter: 'PENDING' });
    expect((await attest(machine)).stateAfter).toBe('TRUSTED');
  });

  test('ok: what failed stays FAILED under another list, until an administrator resets it', async () => {
    const id = await rows.nodesAgent(operators, 'FAILED', { allowlistId: asId(lists.files) });
    const input = { agent: { id }, allowlist: { id: lists.others } };
    expect((await ask.send('bindAllowlist', 'agent { state }', input, system.manager)).made.agent.state).toBe('FAILED');
    expect((await ask.send('resetAgent', 'agent { state }', { agent: { id } }, system.manager)).code).toBe('FORBIDDEN');
    const reset = await ask.send('resetAgent', 'agent { state }', { agent: { id } }, system.admin);
    expect(reset.made.agent.state).toBe('PENDING');
  });

  test('invalid: a list of the project, whoever binds; what is no node’s is bound to it', async () => {
    const bind = (id: string) =>
      ask.send('bindAllowlist', 'agent { id }', { agent: { id }, allowlist: { id: lists.own } }, system.manager);
    const ofNode = await bind(await rows.nodesAgent(operators, 'PENDING'));
    expect(ofNode.errors).toEqual(['INVALID allowlist: A node’s agent is bound to allowlists of the system alone.']);
    expect((await bind(await rows.agent(operators, 'PENDING'))).errors).toEqual([]);
    const other = await server.operatorsProject(operators.domainId);
    expect((await bind(await rows.agent(other, 'PENDING'))).errors).toEqual([
      expect.stringMatching(/^INVALID allowlist: The allowlist is one of another owner/),
    ]);
  });

  test('ok: it retires with its node: its tokens end, and the node can have another machine', async () => {
    const machine = await node();
    const retired = await change(async (act) => {
      await act.changeRights();
      await retireForNode(act, asId(machine.id));
    });
    expect(retired).toBe('ok');
    expect(await kept(machine.id)).toMatchObject({ nodeId: null, trustState: 'RETIRED', isLiving: false });
    const after = await server.graphql('{ viewer { agent { id } } }', {}, machine.token);
    expect(codeOf(after)).toBe('UNAUTHENTICATED');
    expect(await adopt((await trusted()).id, machine.nodeId)).toBe('ok');
  });

  test('ok: a retirement by an administrator of the system ends its being a node’s, too', async () => {
    const machine = await node();
    const done = await ask.send('retireAgent', 'agent { state }', { agent: { id: machine.id } }, system.admin);
    expect([done.made.agent.state, (await kept(machine.id)).nodeId]).toEqual(['RETIRED', null]);
    const [entry] = await ask.entriesOf(done.requestId);
    expect(entry?.details).toMatchObject({ nodeId: machine.nodeId });
  });

  test('hidden: a node’s agent reads itself and no other', async () => {
    const [machine, other] = [await node(), await node()];
    const query = 'query ($id: ID!) { agent(ref: { id: $id }) { id } }';
    expect(codeOf(await server.graphql(query, { id: machine.id }, machine.token))).toBeUndefined();
    expect(codeOf(await server.graphql(query, { id: other.id }, machine.token))).toBe('NOT_FOUND');
  });
});
