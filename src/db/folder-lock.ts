import { closeSync, fstatSync, linkSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CannotStart } from '../platform/cannot-start.js';
import {
  isCopied,
  isOwnerAlive,
  listenAsOwner,
  type Owner,
  ownerFrom,
  thisProcess,
  writtenOwner,
} from './lock-owner.js';

/** Thrown when another live process owns the folder. */
export class FolderInUse extends CannotStart {
  constructor(folder: string, { pid, host }: Owner) {
    const where = host === null || host === thisProcess().host ? '' : ` on ${host}`;
    super(
      `The data folder ${folder} is in use by process ${pid}${where}. Stop it first, or choose another folder with BAILIWICK_DATA_DIR.`,
    );
  }
}

/** Thrown when another machine locked the folder: from here nobody can know whether it still has the folder open. */
export class FolderFromElsewhere extends CannotStart {
  constructor(folder: string, { host }: Owner) {
    super(
      `The data folder ${folder} was locked on the machine ${host}, and this is ${thisProcess().host}: it was copied while in use, or that machine has it open. Where no other server uses the folder, remove ${join(folder, 'lock')} and start again.`,
    );
  }
}

/** Thrown when the lock was copied with the folder: files that are copied while a server writes to them may be torn. */
export class FolderCopied extends CannotStart {
  constructor(folder: string, { pid }: Owner) {
    super(
      `The data folder ${folder} was copied with the lock of process ${pid}, perhaps while that process wrote to it. Stop the server that uses the original and copy again; or, where none used it, remove ${join(folder, 'lock')} and start again.`,
    );
  }
}

export interface FolderLock {
  release(): void;
}

/**
 * Takes a folder for this process. The lock is a file that names its owner, so a lock that a killed process left, on
 * this machine or in a container on it, is recognized as stale and taken over.
 *
 * @throws FolderInUse, FolderFromElsewhere, FolderCopied.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const path = join(folder, 'lock');
  const presence = await listenAsOwner(folder);
  const mine = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  try {
    const owner = writeOwner(mine, presence.socket);
    for (let attempt = 0; attempt < 5; attempt++) {
      if (tryLink(mine, path)) return { release: () => releaseIfOwned(path, owner, presence) };
      await removeIfStale(folder, path);
    }
    throw new CannotStart(`The lock of the data folder ${folder} could not be taken: other processes keep taking it.`);
  } catch (error) {
    presence.end();
    throw error;
  } finally {
    rmSync(mine, { force: true });
  }
}

/** Writes a new file that names this process as its owner, and returns the text. */
function writeOwner(path: string, socket: string | null): string {
  const file = openSync(path, 'wx', 0o600);
  try {
    const owner = writtenOwner({ ...thisProcess(), socket, inode: inodeOf(file) });
    writeFileSync(file, owner);
    return owner;
  } finally {
    closeSync(file);
  }
}

const inodeOf = (file: number) => String(fstatSync(file, { bigint: true }).ino);

/** Linking is atomic and never replaces a file; an exclusive write would first show an empty file. */
function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function removeIfStale(folder: string, path: string): Promise<void> {
  const seen = read(path);
  if (seen === null) return;
  const owner = ownerFrom(seen.text);
  if (isCopied(owner, seen.inode)) throw new FolderCopied(folder, owner);
  const isAlive = await isOwnerAlive(folder, owner);
  if (isAlive === null) throw new FolderFromElsewhere(folder, owner);
  if (isAlive) throw new FolderInUse(folder, owner);
  // Rename first, so that only the file that was judged is removed: another process may have taken over meanwhile.
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (read(aside)?.text !== seen.text) tryLink(aside, path);
  else if (owner.socket !== null) rmSync(join(folder, owner.socket), { force: true });
  rmSync(aside, { force: true });
}

function releaseIfOwned(path: string, owner: string, presence: { end(): void }): void {
  if (read(path)?.text === owner) rmSync(path, { force: true });
  presence.end();
}

/** The text and inode of a file; null when there is none. */
function read(path: string): { readonly text: string; readonly inode: string } | null {
  try {
    const file = openSync(path, 'r');
    try {
      return { text: readFileSync(file, 'utf8'), inode: inodeOf(file) };
    } finally {
      closeSync(file);
    }
  } catch {
    return null;
  }
}
