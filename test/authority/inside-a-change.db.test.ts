import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Act, anonymous, type Context, mutate } from '../../src/authority/index.js';
import { projects } from '../../src/identity/projects/tables.js';
import { asIds } from '../harness/ids.js';
import { startTestServer, type TestServer } from '../harness/server.js';

const PUBLIC = { policy: 'token:issue' } as const;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

/** A request of a stranger's. */
async function request(): Promise<Context> {
  const { services } = server;
  const judgement = await services.inForce.at(services.db, 0);
  return {
    ...services,
    ...judgement,
    actor: anonymous,
    requestId: 'of-the-test',
    atEnd: () => {},
    reauthenticate: async () => ({ ...judgement, actor: anonymous }),
    attemptLogIn: () => ({ clientAddress: 'test', isKnown: false, succeeded: () => {} }),
    charge: () => {},
  };
}

const done = async (act: Act, answer: string) => {
  await act.audit({ action: 'upload.filled' });
  return answer;
};

describe('mutate', () => {
  test('refused: the database inside of it, which its context neither has by type nor gives', async () => {
    const context = await request();
    // @ts-expect-error There is none in it.
    const inside = mutate(context, PUBLIC, (act) => act.context.db.select().from(projects));
    await expect(inside).rejects.toThrow('only `act.tx` may be used');
  });

  test('refused: a change inside another, and nothing of either commits', async () => {
    const context = await request();
    const entries = () => server.database.db.$count(projects);
    const before = await entries();
    const nested = mutate(context, PUBLIC, async (act) => {
      const id = 'prj_nested';
      const [{ domainId } = { domainId: '' }] = await act.tx.select().from(projects);
      await act.tx.insert(projects).values(asIds({ id, domainId, name: id, description: null, createdAt: act.now }));
      await done(act, 'outer');
      return mutate(context, PUBLIC, (inner) => done(inner, 'inner'));
    });
    await expect(nested).rejects.toThrow('a change cannot begin inside another');
    expect(await entries()).toBe(before);
  });

  test('refused: a change by the context of another', async () => {
    const context = await request();
    const nested = mutate(context, PUBLIC, (act) =>
      // @ts-expect-error It has no database.
      mutate(act.context, PUBLIC, (inner) => done(inner, 'inner')),
    );
    await expect(nested).rejects.toThrow('only `act.tx` may be used');
  });

  test('ok: one after the other, after a failure too, and those of two requests at once', async () => {
    const [one, two] = [await request(), await request()];
    const failing = mutate(one, PUBLIC, async () => {
      throw new Error('after all');
    });
    await expect(failing).rejects.toThrow('after all');
    expect(await mutate(one, PUBLIC, (act) => done(act, 'first'))).toBe('first');
    const both = [one, two].map((context, nth) => mutate(context, PUBLIC, (act) => done(act, `${nth}`)));
    expect(await Promise.all(both)).toEqual(['0', '1']);
  });
});
