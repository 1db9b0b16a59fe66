import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { RecordAudit } from '../../src/authority/context.js';
import { Denials } from '../../src/authority/denials.js';
import type { Action } from '../../src/authority/index.js';
import { contextOf } from '../harness/context.js';
import { startTestServer, type TestServer } from '../harness/server.js';

let server: TestServer;
let actor: Awaited<ReturnType<typeof contextOf>>['actor'];
beforeAll(async () => {
  server = await startTestServer();
  actor = (await contextOf(server, (await server.token({ scope: { type: 'system' }, role: 'admin' })).token)).actor;
});
afterAll(() => server.close());

describe('denials that are counted', () => {
  let written: Map<string, number[]>;
  let denials: Denials;
  beforeEach(() => {
    written = new Map();
    const { db, log } = server.services;
    const recordAudit: RecordAudit = async (_tx, _from, { action, details }) => {
      const count = (details as { count?: number } | undefined)?.count ?? 1;
      written.set(action, [...(written.get(action) ?? []), count]);
      return [];
    };
    const meter = { denialsMerged: () => {}, denialsLost: () => {} };
    denials = new Denials({ db, log, meter, recordAudit, windowMs: 3_600_000 });
  });

  async function deny(action: string, times: number): Promise<void> {
    for (let n = 0; n < times; n += 1)
      await denials.record({
        actor,
        requestId: 'req',
        at: new Date(),
        fact: { action: action as Action, policy: 'domain:create' },
      });
  }

  test('audited: all that was counted when the server stops, also of very many', async () => {
    const actions = Array.from({ length: 250 }, (_, n) => `denied.${n}`);
    for (const action of actions) await deny(action, 3);
    await deny('denied.once', 1);
    await denials.close();
    for (const action of actions) expect(written.get(action)).toEqual([1, 2]);
    expect(written.get('denied.once')).toEqual([1]);
  });

  test('audited: the one that is counted longest ends early when there are more than 10,000', async () => {
    await deny('denied.first', 2);
    for (let n = 1; n < 10_000; n += 1) await deny(`denied.${n}`, 1);
    expect(written.get('denied.first')).toEqual([1]);
    await deny('denied.last', 1);
    await expect.poll(() => written.get('denied.first')).toEqual([1, 1]);
    await deny('denied.last', 1);
    expect(written.get('denied.last')).toEqual([1]);
  }, 60_000);
});
