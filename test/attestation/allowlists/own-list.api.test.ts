import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allowlists } from '../../../src/attestation/allowlists/tables.js';
import { attestationRecords } from '../../../src/attestation/records/tables.js';
import type { Id } from '../../../src/platform/ids.js';
import { PUBLISHED, watch } from '../../events/watch.js';
import { codeOf, type Json, startTestServer, type TestServer } from '../../harness/server.js';
import { EXPLAIN, WHO_CAN } from '../../identity/access-analysis/story.js';
import { agentWorld, CREATE_LIST } from '../agent-world.js';

const LIST = `query ($ref: AllowlistRef!) { allowlist(ref: $ref) {
  id name currentRevision { id number imaPolicy tpmPolicy } } }`;
const LISTS = '{ allowlists { nodes { id } } agents { nodes { id allowlist { id } } } }';
const ENTITY = `query ($id: ID!) { _entities(representations: [{ __typename: "Allowlist", id: $id }]) {
  ... on Allowlist { id name } } }`;
const PUBLISH = `mutation ($input: PublishAllowlistRevisionInput!) {
  publishAllowlistRevision(input: $input) { allowlist { id etag } userErrors { code } } }`;
const CREATE_AGENT = `mutation ($input: CreateAgentInput!) {
  createAgent(input: $input) { agent { id } userErrors { code } } }`;
const DELETE = `mutation ($input: DeleteAllowlistInput!) {
  deleteAllowlist(input: $input) { allowlistId userErrors { code } } }`;
const IMA = `${'0'.repeat(64)}  /usr/bin/true\n`;

interface List {
  readonly id: Id<'Allowlist'>;
  readonly revisionId: Id<'AllowlistRevision'>;
}

let server: TestServer;
let project: Awaited<ReturnType<TestServer['project']>>;
let manager: string;
let reader: string;
let judging: List;
let beside: List;
let agentId: string;
let otherId: string;
let agent: string;
let other: string;

async function newList(name: string): Promise<List> {
  const { allowlist } = await agentWorld(server).done(CREATE_LIST, { name, imaPolicy: { content: IMA } }, manager);
  return { id: allowlist.id, revisionId: allowlist.currentRevision.id };
}
async function newAgent(name: string, list: List): Promise<Id<'Agent'>> {
  return (await agentWorld(server).done(CREATE_AGENT, { name, allowlist: { id: list.id } }, manager)).agent.id;
}

beforeAll(async () => {
  server = await startTestServer();
  project = await server.project(await server.domain());
  manager = (await server.token({ scope: project, role: 'manager' })).token;
  reader = (await server.token({ scope: project, role: 'reader' })).token;
  [judging, beside] = [await newList('judging'), await newList('beside')];
  [agentId, otherId] = [await newAgent('machine', judging), await newAgent('other', beside)];
  [agent, other] = [await server.agentToken(agentId), await server.agentToken(otherId)];
});
afterAll(() => server.close());

const read = async (ref: object, token: string): Promise<Json> => (await server.graphql(LIST, { ref }, token)).body;
const download = (revisionId: string, token: string) =>
  fetch(`${server.url}/allowlist-revisions/${revisionId}/ima-policy`, {
    headers: { authorization: `Bearer ${token}` },
  });

describe('an agent and the list that judges it', () => {
  test('ok: it reads the list by id and by name, with what the list allows', async () => {
    const revision = { id: judging.revisionId, number: 1, imaPolicy: IMA, tpmPolicy: null };
    const told = { id: judging.id, name: 'judging', currentRevision: revision };
    expect(await read({ id: judging.id }, agent)).toEqual({ data: { allowlist: told } });
    expect(await read({ name: 'judging' }, agent)).toEqual({ data: { allowlist: told } });
    const file = await download(judging.revisionId, agent);
    expect([file.status, await file.text()]).toEqual([200, IMA]);
  });

  test('ok: it lists that one, finds it as its own list, and a router loads it', async () => {
    const { data } = (await server.graphql(LISTS, {}, agent)).body;
    expect(data.allowlists.nodes).toEqual([{ id: judging.id }]);
    expect(data.agents.nodes).toEqual([{ id: agentId, allowlist: { id: judging.id } }]);
    const loaded = (await server.graphql(ENTITY, { id: judging.id }, agent)).body;
    expect(loaded.data._entities).toEqual([{ id: judging.id, name: 'judging' }]);
  });

  test('hidden: lists that judge others are as lists that do not exist', async () => {
    for (const ref of [{ id: beside.id }, { name: 'beside' }, { name: 'none such' }])
      expect((await read(ref, agent)).errors[0].extensions.code).toBe('NOT_FOUND');
    expect((await server.graphql(ENTITY, { id: beside.id }, agent)).body.data._entities).toEqual([null]);
    expect((await download(beside.revisionId, agent)).status).toBe(404);
    expect((await download(beside.revisionId, other)).status).toBe(200);
  });

  test('hidden: with another list bound to it, the one of before', async () => {
    const [first, second] = [await newList('first'), await newList('second')];
    const id = await newAgent('moved', first);
    const token = await server.agentToken(id);
    expect((await read({ id: first.id }, token)).data.allowlist.id).toBe(first.id);
    const { db } = server.services;
    await db.update(attestationRecords).set({ allowlistId: second.id }).where(eq(attestationRecords.agentId, id));
    expect((await read({ id: first.id }, token)).errors[0].extensions.code).toBe('NOT_FOUND');
    expect((await read({ id: second.id }, token)).data.allowlist.id).toBe(second.id);
  });

  test('refused: it reads the list and changes nothing of it', async () => {
    const input = { allowlist: { id: judging.id }, etag: 'any' };
    expect(codeOf(await server.graphql(DELETE, { input }, agent))).toBe('FORBIDDEN');
    expect(codeOf(await server.graphql(PUBLISH, { input: { ...input, imaPolicy: { content: IMA } } }, agent))).toBe(
      'FORBIDDEN',
    );
  });

  test('ok: its stream tells of revisions of its own list only', async () => {
    const [mine, theirs] = [await newList('mine'), await newList('theirs')];
    const watcher = watch(server.url, await server.agentToken(await newAgent('watching', mine)), PUBLISHED);
    try {
      await watcher.open();
      for (const { id } of [theirs, mine]) {
        const [row] = await server.services.db.select().from(allowlists).where(eq(allowlists.id, id));
        const { body } = await server.graphql(
          'query ($ref: AllowlistRef!) { allowlist(ref: $ref) { etag } }',
          { ref: { id: row?.id } },
          manager,
        );
        const input = {
          allowlist: { id },
          etag: body.data.allowlist.etag,
          imaPolicy: { content: `${IMA}${IMA.replace('true', 'false')}` },
        };
        await agentWorld(server).done(PUBLISH, input, manager);
      }
      await watcher.until(1);
      expect(watcher.events().map(({ allowlist, revision }: Json) => [allowlist.name, revision.number])).toEqual([
        ['mine', 2],
      ]);
    } finally {
      watcher.kill();
    }
  });
});

describe('questions about it', () => {
  const whoCan = async (list: List, first = 20, after?: string): Promise<Json> =>
    (await server.graphql(WHO_CAN, { policy: 'allowlist:get', target: list.id, first, after }, admin)).body.data.whoCan;
  let admin: string;
  beforeAll(async () => {
    admin = (await server.token({ scope: { type: 'domain', domainId: project.domainId }, role: 'admin' })).token;
  });

  test('ok: whoCan finds the agents that a list judges, page by page, and no other', async () => {
    const list = await newList('asked about');
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) ids.push(await newAgent(`asked-${n}`, list));
    const found: string[] = [];
    for (let after: string | undefined; found.length < 5; ) {
      const { nodes, pageInfo, openScopeTypes } = await whoCan(list, 2, after);
      expect(openScopeTypes).toEqual([]);
      found.push(...nodes.flatMap(({ agent }: Json) => agent?.id ?? []));
      after = pageInfo.endCursor;
    }
    expect(found).toEqual([...ids].sort());
    const agentsOf = async (one: List) => (await whoCan(one)).nodes.flatMap(({ agent }: Json) => agent?.id ?? []);
    expect(await agentsOf(beside)).toEqual([otherId]);
    expect(await agentsOf(await newList('judges nobody'))).toEqual([]);
  });

  test('ok: explainDecision tells why an agent may read it, and why another may not', async () => {
    const explain = async (id: string): Promise<Json> => {
      const asked = { principal: { agent: { id } }, policy: 'allowlist:get', target: judging.id };
      return (await server.graphql(EXPLAIN, asked, admin)).body.data.explainDecision;
    };
    const allowed = await explain(agentId);
    expect(allowed.outcome).toBe('ALLOWED');
    expect(allowed.checks).toContainEqual(
      expect.objectContaining({ check: 'agent_id:%(judged_agent_ids)s', value: 'TRUE', target: [agentId] }),
    );
    expect(await explain(otherId)).toMatchObject({ outcome: 'FORBIDDEN', obstacle: 'BOUNDARY' });
    expect(await read({ id: judging.id }, reader)).toMatchObject({ data: { allowlist: { id: judging.id } } });
  });
});
