import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { agentWorld, SUBMIT } from '../attestation/agent-world.js';
import { openDumped } from '../harness/engine.js';
import { basic, type Json, startTestServer, type TestServer } from '../harness/server.js';
import { type Filled, machineOf } from './fill.js';
import { answersOf } from './reads.js';

const FIXTURES = join(import.meta.dirname, '..', 'fixtures', 'filled');
const NAMES = readdirSync(FIXTURES, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
);

interface Recorded {
  /** When it was recorded; tokens were valid then. */
  readonly at: string;
  readonly filled: Filled;
  readonly reads: Readonly<Record<string, string>>;
  readonly answers: Readonly<Record<string, Readonly<Record<string, Json>>>>;
}

const OWN_LIST = 'An agent reads the list that it is bound to.';
const IMPLIED = 'The etag of a role covers the roles that it implies.';
const RENAMED = 'The etag of an agent covers its name and external id.';
const WORDS = 'Actions, and kinds of targets, actors and scopes, have names of enums.';
const OPERATORS = "At system scope, agents of operators' projects are read; no project of then is one.";
/** What is answered otherwise since then, by fixture, caller and query, with the reason. */
const CHANGED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '0007-groups-roles-credentials': {
    'system agents': OPERATORS,
    'machine agents': OWN_LIST,
    'machine allowlists': OWN_LIST,
    'machine contents': OWN_LIST,
    'system roles': IMPLIED,
    'domain roles': IMPLIED,
    'project roles': IMPLIED,
    'system auditEntries': WORDS,
    'domain auditEntries': WORDS,
    'project auditEntries': WORDS,
    'machine viewer': RENAMED,
    'domain agents': RENAMED,
    'project agents': RENAMED,
  },
  '0011-names-and-words': { 'machine viewer': RENAMED, 'system agentCounts': OPERATORS },
  '0016-results-of-transitions': { 'system agentCounts': OPERATORS },
  '0018-lists-by-indexes': { 'system agentCounts': OPERATORS },
};

const flat = (answers: Recorded['answers']): Record<string, Json> =>
  Object.fromEntries(
    Object.entries(answers).flatMap(([caller, told]) =>
      Object.entries(told).map(([query, answer]) => [`${caller} ${query}`, answer]),
    ),
  );

/** Since the migration of this number, objects say when they changed. */
const CHANGES_SAID = 12;
const saysWhenChanged = (name: string) => Number.parseInt(name, 10) >= CHANGES_SAID;

describe.each(NAMES)('a database that an earlier server filled: %s', (name) => {
  const read = (file: string) => readFileSync(join(FIXTURES, name, file), 'utf8');
  const { at, filled, reads, answers } = JSON.parse(read('filled.json')) as Recorded;
  const since = Date.now();
  const clock = { now: () => new Date(Date.parse(at) + Date.now() - since) };
  const { tokens } = filled;
  let server: TestServer;
  beforeAll(async () => {
    const open = () => openDumped(read('database.sql'));
    server = await startTestServer({ open, clock, settings: { auditKeyPath: join(FIXTURES, name, 'audit-key.pem') } });
  });
  afterAll(() => server.close());

  test('same: whoever read it then reads it now', async () => {
    const now = flat(await answersOf(server, reads, tokens));
    const different = Object.entries(flat(answers)).filter(([read, answer]) => !isDeepStrictEqual(now[read], answer));
    expect(Object.fromEntries(different.map(([read, answer]) => [read, { before: answer, now: now[read] }]))).toEqual(
      Object.fromEntries(Object.keys(CHANGED[name] ?? {}).map((read) => [read, expect.anything()])),
    );
  });

  test("hidden: at system scope nobody reads the agents of these projects, which are no operators' projects", async () => {
    const { body } = await server.graphql('{ agents { nodes { id } } agentCounts { total } }', {}, tokens.system);
    expect(body).toEqual({ data: { agents: { nodes: [] }, agentCounts: { total: 0 } } });
  });

  test('ok: what never said when it changed says when it was created, and nothing changed before that', async () => {
    const lists = (...names: string[]) =>
      `{ ${names.map((one) => `${one} { nodes { createdAt updatedAt } }`).join(' ')} }`;
    const answers = [
      await server.graphql(lists('domains', 'projects', 'users', 'groups', 'roles'), {}, tokens.system),
      await server.graphql(lists('agents'), {}, tokens.project),
    ];
    const nodes = answers.flatMap(({ body }) =>
      Object.values(body.data as Json).flatMap((list) => (list as Json).nodes),
    );
    expect(nodes.length).toBeGreaterThan(20);
    const wrong = nodes.filter(({ createdAt, updatedAt }: Json) =>
      saysWhenChanged(name) ? updatedAt < createdAt : updatedAt !== createdAt,
    );
    expect(wrong).toEqual([]);
  });

  test('ok: its people log in, and change what they made', async () => {
    const { done } = agentWorld(server);
    const password = { user: 'ada', domain: 'acme', password: filled.password };
    const logIn = 'mutation ($input: IssueTokenInput!) { issueToken(input: $input) { token userErrors { message } } }';
    const scope = { project: { id: filled.projectId } };
    const { token } = await done(logIn, { proof: { password }, scope });
    const { body } = await server.graphql(
      '{ project: projects(filter: { names: ["racks"] }) { nodes { id etag } } }',
      {},
      token,
    );
    const [{ id, etag }] = body.data.project.nodes;
    const update = `mutation ($input: UpdateProjectInput!) {
      updateProject(input: $input) { project { description } userErrors { message } } }`;
    const updated = await done(
      update,
      { project: { id }, etag, description: 'Racks of the east hall.' },
      tokens.domain,
    );
    expect(updated.project.description).toBe('Racks of the east hall.');
  });

  test('ok: its API credential is taken', async () => {
    const { body } = await server.graphql('{ viewer { kind roles } }', {}, basic(filled.credential));
    expect(body.data.viewer).toEqual({ kind: 'USER', roles: ['reader'] });
  });

  test('ok: its machine attests again, and the states of the others are what they were', async () => {
    const { done, quoted } = agentWorld(server);
    const machine = machineOf(filled.seed).reboot();
    machine.measure('/usr/bin/bash');
    const made = { id: '', machine, token: tokens.machine };
    const { result } = await done(SUBMIT, { ...(await quoted(made)), imaLog: machine.log() }, tokens.machine);
    expect(result).toMatchObject({ verdict: 'ACCEPTED', stateAfter: 'TRUSTED' });
    const states = '{ agents { nodes { name state } } }';
    const { body } = await server.graphql(states, {}, tokens.project);
    expect(Object.fromEntries(body.data.agents.nodes.map((agent: Json) => [agent.name, agent.state]))).toEqual({
      trusted: 'TRUSTED',
      failed: 'FAILED',
      banned: 'BANNED',
      retired: 'RETIRED',
      pending: 'PENDING',
      created: 'CREATED',
    });
  });

  test('ok: its audit log is whole, with what is written since', async () => {
    const { body } = await server.graphql('{ auditChain { head { seq } } }', {}, tokens.system);
    const verify = '{ verifyAuditChain { verifiedSeq nextSeq fault { kind seq } } }';
    const { verifyAuditChain } = (await server.graphql(verify, {}, tokens.system)).body.data;
    expect(verifyAuditChain).toMatchObject({ nextSeq: null, fault: null });
    expect(Number(verifyAuditChain.verifiedSeq)).toBeGreaterThanOrEqual(Number(body.data.auditChain.head.seq));
  });
});
