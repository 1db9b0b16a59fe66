import { copyFileSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FolderCopied, FolderFromElsewhere, FolderInUse, lockFolder } from '../../src/db/folder-lock.js';
import { listenAsOwner, type Owner, thisProcess, writtenOwner } from '../../src/db/lock-owner.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bailiwick-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const path = () => join(folder, 'lock');
const leave = (owner: Partial<Owner>) => writeFileSync(path(), writtenOwner({ ...thisProcess(), ...owner }));
const OTHER = { boot: '00000000-0000-0000-0000-000000000001', host: 'elsewhere', machine: 'f'.repeat(32) };
/** As in a container: pid 1 lives here, and is another process than the owner. */
const CONTAINED = { pid: 1, started: '1', pidSpace: 'pid:[1]', host: 'container' };

async function takes(): Promise<void> {
  const lock = await lockFolder(folder);
  expect(readFileSync(path(), 'utf8')).toContain(`${process.pid} `);
  lock.release();
  expect(readdirSync(folder)).toEqual([]);
}

describe('the lock of a data folder', () => {
  test('ok: a folder is taken by one at a time, and nothing is left when it is released', async () => {
    const lock = await lockFolder(folder);
    await expect(lockFolder(folder)).rejects.toThrow(FolderInUse);
    await expect(lockFolder(folder)).rejects.toThrow(`in use by process ${process.pid}. Stop it first`);
    lock.release();
    await takes();
  });

  test('ok: of several at once one takes it', async () => {
    const tries = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(folder)));
    const taken = tries.filter(({ status }) => status === 'fulfilled');
    expect(taken).toHaveLength(1);
    for (const one of tries) if (one.status === 'fulfilled') one.value.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  test.each<[string, Partial<Owner>]>([
    ['a process that ended', { pid: 2 ** 22 - 1 }],
    ['a process whose pid is another’s now', { started: '1' }],
    ['this machine before it was started anew', { boot: OTHER.boot, pid: 1 }],
    ['a container that was killed and started again, under its name', { ...CONTAINED, host: thisProcess().host }],
    ['a container that was killed and made anew, under another name', { ...CONTAINED, socket: 'lock.gone.sock' }],
  ])('ok: that of %s is taken over', async (_what, owner) => {
    leave(owner);
    await takes();
  });

  test.each(['1 1', `${2 ** 22 - 1} unknown`])('ok: %j, as servers wrote it before, is taken over', async (text) => {
    writeFileSync(path(), text);
    await takes();
  });

  test('refused: one as servers wrote it before, of a process that lives', async () => {
    writeFileSync(path(), `${process.pid} ${thisProcess().started}`);
    await expect(lockFolder(folder)).rejects.toThrow(FolderInUse);
  });

  test('refused: that of another container of this machine, for as long as that lives', async () => {
    const other = await listenAsOwner(folder);
    leave({ ...CONTAINED, socket: other.socket });
    await expect(lockFolder(folder)).rejects.toThrow('in use by process 1 on container');
    other.end();
    await takes();
  });

  test.each([process.pid, 1, 2 ** 22 - 1])(
    'refused: one of another machine, with words, whatever pid %i is here',
    async (pid) => {
      leave({ ...OTHER, pid, socket: 'lock.elsewhere.sock' });
      const taking = lockFolder(folder);
      await expect(taking).rejects.toThrow(FolderFromElsewhere);
      await expect(taking).rejects.toThrow(`locked on the machine elsewhere`);
      await expect(taking).rejects.toThrow(`remove ${path()} and start again`);
      rmSync(path());
      await takes();
    },
  );

  test.each(['runs', 'was killed'])('refused: one that was copied here, whether its owner still %s', async (what) => {
    const from = mkdtempSync(join(tmpdir(), 'bailiwick-lock-'));
    const lock = await lockFolder(from);
    if (what === 'was killed') {
      const dead = readFileSync(join(from, 'lock'), 'utf8').replace(/^\d+/, String(2 ** 22 - 1));
      writeFileSync(join(from, 'lock'), dead);
    }
    copyFileSync(join(from, 'lock'), path());
    const taking = lockFolder(folder);
    await expect(taking).rejects.toThrow(FolderCopied);
    await expect(taking).rejects.toThrow(`remove ${path()} and start again`);
    rmSync(path());
    await takes();
    lock.release();
    rmSync(from, { recursive: true });
  });

  test('refused: that of a folder that was moved while in use', async () => {
    const lock = await lockFolder(folder);
    const moved = `${folder}-moved`;
    renameSync(folder, moved);
    await expect(lockFolder(moved)).rejects.toThrow(FolderInUse);
    renameSync(moved, folder);
    lock.release();
    await takes();
  });

  test('refused: one of a machine of the same name', async () => {
    leave({ ...OTHER, host: thisProcess().host });
    if (thisProcess().machine !== null) await expect(lockFolder(folder)).rejects.toThrow(FolderFromElsewhere);
  });

  test('ok: a name of a socket leads nowhere else', async () => {
    const outside = join(folder, '..', `outside-${process.pid}.sock`);
    writeFileSync(outside, '');
    leave({ ...CONTAINED, socket: `../outside-${process.pid}.sock` });
    await takes();
    expect(readFileSync(outside, 'utf8')).toBe('');
    rmSync(outside);
  });
});
