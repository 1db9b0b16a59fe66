import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dataDirOf, finishFirstStart, killedAt, startWithout } from '../cli/first-start.js';
import { Tally, walk } from './walk.js';

const root = mkdtempSync(join(tmpdir(), 'bailiwick-data-folder-'));
const finished = join(root, 'finished');
beforeAll(async () => {
  mkdirSync(finished);
  await finishFirstStart(finished);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Takes each of them, or a share, in an order of chance. */
async function each(from: readonly string[], run: (name: string) => Promise<void>): Promise<number> {
  const left = [...from];
  return walk(left.length, (random) => run(left.splice(random.below(left.length), 1)[0] ?? ''));
}

test('a database without any one of its files works with its data, or is not opened and says so', async () => {
  const files = readdirSync(join(dataDirOf(finished), 'pg')).map((name) => `data/pg/${name}`);
  expect(files.length).toBeGreaterThan(20);
  const tally = new Tally('removed');
  const total = await each([...files, 'data/pg/global/pg_control', 'data/pg/base/5'], async (name) =>
    tally.add((await startWithout(finished, name)) ? 'works' : 'refused'),
  );
  tally.print(total);
});

test('a first start that is killed at any file that it makes is finished by the next', async () => {
  const steps = [
    ...['data', 'data/lock', 'data/pg.new', 'data/pg.new/PG_VERSION', 'data/pg.new/global/pg_control', 'data/pg'],
    ...['data.audit-key.pem', 'data.admin-password', 'data/started'],
  ];
  await each(steps, async (name) => {
    const folder = join(root, `killed-${name.replaceAll('/', '-')}`);
    mkdirSync(folder);
    await killedAt(folder, name);
  });
});
