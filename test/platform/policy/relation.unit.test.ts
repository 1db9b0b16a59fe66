import { pgTable, text } from 'drizzle-orm/pg-core';
import { describe, expect, it } from 'vitest';
import {
  buildRegistry,
  definePolicy,
  defineTarget,
  type Related,
  RelatedTexts,
  RelationReads,
  type Subject,
  withRelated,
} from '../../../src/platform/policy/index.js';

const boxes = pgTable('boxes', { id: text().notNull() });
const keepers = pgTable('keepers', { boxId: text('box_id'), agentId: text('agent_id') });
interface Box {
  readonly id: string;
}
const boxTarget = defineTarget<Box & Related>()(boxes, {
  keeper_ids: {
    type: 'text',
    list: true,
    relation: { from: keepers, row: keepers.boxId, value: keepers.agentId },
    row: (row) => row.id,
    sql: (table) => table.id,
  },
});
const base = {
  description: 'Of the test.',
  scopeTypes: ['agent'],
  boundary: { agent: '@' },
  target: boxTarget,
} as const;
const open = definePolicy<Box & Related>({
  ...base,
  name: 'box:open',
  check: 'agent_id:%(keeper_ids)s',
  operations: [],
});
const shut = definePolicy<Box & Related>({
  ...base,
  name: 'box:shut',
  check: 'not agent_id:%(keeper_ids)s',
  operations: [],
});
const registry = buildRegistry({ rules: {}, policies: [open, shut] });
const agent = (agent_id: string): Subject => ({ scope: 'agent', credentials: { agent_id } });

/** A box with what a database would have answered for a caller. */
async function readFor(caller: Subject, tied: readonly string[]): Promise<Box & Related> {
  const reads = new RelationReads();
  for (const policy of [open, shut]) registry.addRelations(policy, caller, reads);
  const box = { id: 'box' };
  const answer = [
    ...tied.map((value) => ({ ref: 'box', value })),
    ...(tied.length > 0 ? [{ ref: 'box', value: null }] : []),
  ];
  const [related] = await reads.read(
    [box],
    async () => answer,
    (key, row) => key.row(row),
  );
  return withRelated(box, related ?? new Map());
}

const outcomes = (caller: Subject, box: Box & Related) =>
  [open, shut].map((policy) => registry.decideRow<Box & Related>(policy, caller, box).outcome);

describe('decideRow', () => {
  it('ok: a relation decides as a list of what is tied would', async () => {
    expect(outcomes(agent('a'), await readFor(agent('a'), ['a']))).toEqual(['ALLOWED', 'FORBIDDEN']);
    expect(outcomes(agent('a'), await readFor(agent('a'), ['other']))).toEqual(['FORBIDDEN', 'ALLOWED']);
    expect(outcomes(agent('a'), await readFor(agent('a'), []))).toEqual(['FORBIDDEN', 'FORBIDDEN']);
  });

  it('refused: a relation that was not read, or was read for another caller, says nothing either way', async () => {
    expect(outcomes(agent('a'), withRelated({ id: 'box' }, new Map()))).toEqual(['FORBIDDEN', 'FORBIDDEN']);
    expect(outcomes(agent('a'), { id: 'box' } as Box & Related)).toEqual(['FORBIDDEN', 'FORBIDDEN']);
    expect(outcomes(agent('a'), await readFor(agent('b'), ['a', 'b']))).toEqual(['FORBIDDEN', 'FORBIDDEN']);
  });

  it('ok: whether any row could be allowed is not known before', () => {
    expect(registry.decideOperation('box:open', agent('a')).outcome).toBe('ALLOWED');
    expect(registry.decideOperation('box:open', { scope: 'agent', credentials: {} }).outcome).toBe('FORBIDDEN');
  });
});

describe('defineTarget', () => {
  it('refused: a relation as a key of rows that need not be read with theirs does not compile', () => {
    const keys = {
      keeper_ids: {
        type: 'text',
        list: true,
        relation: { from: keepers, row: keepers.boxId, value: keepers.agentId },
        row: (row: Box) => row.id,
        sql: () => boxes.id,
      },
    } as const;
    // @ts-expect-error a decision on such rows could be made without the relation
    const { keys: declared } = defineTarget<Box>()(boxes, keys);
    expect([...declared.keys()]).toEqual(['keeper_ids']);
  });
});

describe('what relations are asked', () => {
  it('ok: nothing is read for callers whose checks name no relation', async () => {
    const reads = new RelationReads();
    registry.addRelations(open, { scope: 'project', credentials: { agent_id: 'a' } }, reads);
    const never = async () => Promise.reject(new Error('a statement was run'));
    expect(await reads.read([{ id: 'box' }], never, () => 'box')).toEqual([new Map()]);
  });

  it('invalid: more values or rows than a statement may have', async () => {
    const reads = new RelationReads();
    for (let n = 0; n < 1001; n += 1) registry.addRelations(open, agent(`a-${n}`), reads);
    const run = async () => [];
    await expect(reads.read([{ id: 'box' }], run, () => 'box')).rejects.toThrow('1002 values; at most 1000');
    const rows = Array.from({ length: 1001 }, () => ({ id: 'box' }));
    await expect(new RelationReads().read(rows, run, () => 'box')).rejects.toThrow('1001 rows; at most 1000');
  });
});

describe('the same of a target that is asked about', () => {
  const tied = (isEmpty: boolean, ...found: string[]) => {
    const texts = new RelatedTexts(isEmpty);
    for (const text of found) texts.note(text, true);
    texts.note('stranger', false);
    return { keeper_ids: texts };
  };

  it('ok: a question is answered for those about whom the relation was asked', () => {
    const question = registry.question('box:open', tied(false, 'a'));
    expect(['a', 'stranger', 'unasked'].map((id) => question.allows(agent(id)))).toEqual([true, false, false]);
    expect([...question.named('agent').related.keys()]).toEqual(['agent_id']);
    const other = registry.question('box:shut', tied(false, 'a'));
    expect(['a', 'stranger', 'unasked'].map((id) => other.allows(agent(id)))).toEqual([false, true, false]);
    expect(registry.question('box:shut', tied(true)).couldAllow('agent', {}, ['agent_id'])).toBe(false);
    expect(registry.question('box:shut', tied(false)).couldAllow('agent', {}, ['agent_id'])).toBe(true);
  });

  it('ok: an explanation rests on it', () => {
    const { decision, tree } = registry.explain('box:open', agent('a'), tied(false, 'a'));
    expect(decision.outcome).toBe('ALLOWED');
    expect(tree?.of[1]).toMatchObject({ check: 'agent_id:%(keeper_ids)s', value: 'TRUE', held: ['a'] });
    expect(registry.explain('box:open', agent('a'), { keeper_ids: ['b'] }).decision.outcome).toBe('FORBIDDEN');
    expect(() => registry.explain('box:open', agent('a'), { keeper_ids: 'a' })).toThrow('is a list of text');
  });
});
