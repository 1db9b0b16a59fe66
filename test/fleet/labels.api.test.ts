import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../harness/server.js';
import { fleetOf, told } from './fleet.js';

let server: TestServer;
let fleet: ReturnType<typeof fleetOf>;
beforeAll(async () => {
  server = await startTestServer();
  fleet = fleetOf(server);
}, 60_000);
afterAll(() => server.close());

const label = (key: string, value = 'x') => ({ key, value });
const labelsOf = async (id: string) => (await fleet.node(id, 'labels { key value }')).labels;
const many = (count: number, from = 0) => Array.from({ length: count }, (_, n) => label(`admin.l${n + from}`));

describe('Mutation.setNodeLabels', () => {
  test('ok: labels come, change and go in one call, and are told by key', async () => {
    const { node } = await fleet.create({ labels: [label('admin.b', '1'), label('admin.a', '1')] });
    await fleet.change('setNodeLabels', node, {
      add: [label('admin.b', '2'), label('admin.c')],
      remove: ['admin.a', 'admin.z'],
    });
    expect(await labelsOf(node.id)).toEqual([label('admin.b', '2'), label('admin.c')]);
  });

  test('stale: of two operators who change labels at once, one is told to look again', async () => {
    const { node } = await fleet.create();
    const token = await fleet.operator('member');
    const set = (key: string) =>
      fleet.send('setNodeLabels', { node: { id: node.id }, etag: node.etag, add: [label(key)] }, token);
    const answers = await Promise.all([set('admin.one'), set('admin.two')]);
    const codes = answers.map(({ body }) => told(body.data.told));
    expect(codes.toSorted()).toEqual(['STALE_ETAG input.etag', undefined]);
    expect(await labelsOf(node.id)).toHaveLength(1);
  });

  test.each(['policy.tier', 'attested.ek', 'reported.os'])(
    'invalid: %s is not a person’s to set or to remove',
    async (key) => {
      const { node } = await fleet.create();
      const add = await fleet.change('setNodeLabels', node, { add: [label(key)] });
      expect(told(add.body.data.told)).toBe('INVALID input.add.0.key');
      expect(add.body.data.told.userErrors[0].message).toContain(`namespace ${key.split('.')[0]}`);
      const remove = await fleet.change('setNodeLabels', node, { remove: [key] });
      expect(told(remove.body.data.told)).toBe('INVALID input.remove.0');
      expect(told(await fleet.create({ labels: [label(key)] }))).toBe('INVALID input.labels.0.key');
    },
  );

  test.each([
    '',
    'rack',
    'admin',
    'admin.',
    'Admin.rack',
    'admin.Rack',
    'admin..a',
    'other.a',
    'admin.a b',
    'admin.a\0',
    'admin.\u001b[2J',
    `admin.${'x'.repeat(64)}`,
  ])('invalid: the key %j', async (key) =>
    expect(told(await fleet.create({ labels: [label(key)] }))).toBe('INVALID input.labels.0.key'),
  );

  test.each(['', ' a', 'a\0b', '\u001b[31mred', 'a\u202eb', 'x'.repeat(256)])(
    'invalid: the value %j',
    async (value) => {
      expect(told(await fleet.create({ labels: [label('admin.a', value)] }))).toBe('INVALID input.labels.0.value');
    },
  );

  test('invalid: a key twice, or added and removed', async () => {
    expect(told(await fleet.create({ labels: [label('admin.a'), label('admin.a', 'y')] }))).toBe(
      'INVALID input.labels',
    );
    const { node } = await fleet.create();
    const both = await fleet.change('setNodeLabels', node, { add: [label('admin.a')], remove: ['admin.a'] });
    expect(told(both.body.data.told)).toBe('INVALID input.remove');
  });

  test('conflict: more labels than a node has, at once or one by one', async () => {
    expect(told(await fleet.create({ labels: many(65) }))).toBe('LIMIT_REACHED input.labels');
    const { node } = await fleet.create({ labels: many(64) });
    const one = await fleet.change('setNodeLabels', node, { add: [label('admin.more')] });
    expect(told(one.body.data.told)).toBe('LIMIT_REACHED input.add');
    const swap = await fleet.change('setNodeLabels', node, { add: [label('admin.more')], remove: ['admin.l0'] });
    expect(told(swap.body.data.told)).toBeUndefined();
  });
});
