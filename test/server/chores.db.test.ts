import { eq } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { auditEntries } from '../../src/audit/entries/tables.js';
import { startChores } from '../../src/authority/chore-runner.js';
import { type Chore, chore, type Services, type Sweep } from '../../src/authority/index.js';
import { events } from '../../src/events/tables.js';
import { type Id, newId } from '../../src/platform/ids.js';
import { uploads } from '../../src/uploads/uploads/tables.js';
import { asIds } from '../harness/ids.js';
import { startTestServer, type TestServer } from '../harness/server.js';

const NOW = new Date('2026-03-01T00:00:00Z');
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ clock: { now: () => NOW } });
}, 120_000);
afterAll(() => server.close());

const upload = () => ({ id: newId('Upload'), userId: 'u', size: 1, digest: 'd', expiresAt: NOW, createdAt: NOW });
const find = async (id: Id<'Upload'>) =>
  (await server.services.db.select().from(uploads).where(eq(uploads.id, id))).length;
const entriesOf = (action: string) =>
  server.services.db.select().from(auditEntries).where(eq(auditEntries.action, action));
const eventsOf = (id: string) => server.services.db.select().from(events).where(eq(events.objectId, id));

describe('a chore', () => {
  test('audited: what it did is nobody’s doing, at one moment of the clock, with its event', async () => {
    const row = upload();
    const told = await chore(server.services, async ({ tx, now, audit, event }) => {
      await tx.insert(uploads).values(asIds(row));
      event({ type: 'test.done', objectId: row.id, details: {} });
      await audit({ action: 'upload.filled', target: { type: 'Upload', id: row.id } });
      return now;
    });
    expect(told).toEqual(NOW);
    expect(await find(row.id)).toBe(1);
    expect(await entriesOf('upload.filled')).toMatchObject([
      { actorKind: null, actorId: null, occurredAt: NOW, outcome: 'ALLOWED', targetId: row.id, policy: null },
    ]);
    await server.services.placer.committed();
    expect(await eventsOf(row.id)).toMatchObject([{ type: 'test.done', occurredAt: NOW }]);
  });

  test('refused: what fails leaves no change, no entry and no event', async () => {
    const row = upload();
    const failing = chore(server.services, async ({ tx, audit, event }) => {
      await tx.insert(uploads).values(asIds(row));
      event({ type: 'test.undone', objectId: row.id, details: {} });
      await audit({ action: 'upload.created' });
      throw new Error('half-way');
    });
    await expect(failing).rejects.toThrow('half-way');
    expect([await find(row.id), await entriesOf('upload.created'), await eventsOf(row.id)]).toEqual([0, [], []]);
  });
});

describe('startChores', () => {
  let running: { stop(): Promise<void> } | null = null;
  afterEach(async () => {
    await running?.stop();
    running = null;
  });

  const logged: object[] = [];
  const note = (fields: object) => void logged.push(fields);
  /** Of the services what the loops read. */
  const services = (skewMs = 0) =>
    ({
      log: { info: note, error: note },
      clock: { now: () => NOW, skewMs: () => skewMs },
      settings: { sweepIntervalMs: 5, clockSkewMaxMs: 1000 },
    }) as unknown as Services;
  const chores = (doSome: Chore['doSome']): Chore[] => [{ name: 'counting', intervalMs: () => 5, doSome }];
  const rounds = (counts: number[]) => async () => counts.shift() ?? 0;

  test('ok: each does what there is, part by part, and is logged by its name', async () => {
    logged.length = 0;
    const order: string[] = [];
    const sweep = (name: string, counts: number[]): Sweep => ({
      name,
      removes: [],
      removeSome: async () => {
        order.push(name);
        return counts.shift() ?? 0;
      },
    });
    const sweeps = [sweep('first', [2, 1]), sweep('second', [])];
    running = startChores(services(), { sweeps, chores: chores(rounds([200, 7])) });
    await expect.poll(() => logged).toContainEqual({ chore: 'counting', rows: 207 });
    await expect.poll(() => logged).toContainEqual({ sweep: 'first', removed: 3 });
    await expect.poll(() => order.slice(0, 4)).toEqual(['first', 'first', 'first', 'second']);
  });

  test('ok: one that fails is logged and tried again', async () => {
    logged.length = 0;
    let tries = 0;
    const doSome = async () => {
      tries += 1;
      if (tries === 1) throw new Error('not now');
      return 0;
    };
    running = startChores(services(), { sweeps: [], chores: chores(doSome) });
    await expect.poll(() => tries).toBeGreaterThan(1);
    expect(logged).toMatchObject([{ chore: 'counting', err: {} }]);
  });

  test('refused: a process whose clock is wrong does nothing', async () => {
    let tries = 0;
    const doSome = async () => {
      tries += 1;
      return 0;
    };
    running = startChores(services(5000), { sweeps: [], chores: chores(doSome) });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(tries).toBe(0);
    await running.stop();
    running = startChores(services(), { sweeps: [], chores: chores(doSome) });
    await expect.poll(() => tries).toBeGreaterThan(0);
  });
});
