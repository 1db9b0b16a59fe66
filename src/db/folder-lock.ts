import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Said when another living process owns the folder. */
export class FolderInUse extends Error {
  constructor(folder: string, pid: number) {
    super(
      `The data folder ${folder} is in use by process ${pid}. Stop it first, or choose another folder with BAILIWICK_DATA_DIR.`,
    );
    this.name = 'FolderInUse';
  }
}

export interface FolderLock {
  release(): void;
}

/**
 * Takes a folder for this process. The lock is a file that names its owner by pid and start time, so that a lock left
 * by a killed process, even one whose pid is in use again, is known to be stale and taken over.
 */
export function lockFolder(folder: string): FolderLock {
  const path = join(folder, 'lock');
  const owner = `${process.pid} ${startTime(process.pid) ?? 'unknown'}`;
  const mine = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  writeFileSync(mine, owner, { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < 5; attempt++) {
      if (tryLink(mine, path)) return { release: () => releaseIfOwned(path, owner) };
      removeIfStale(folder, path);
    }
    throw new Error(`The lock of the data folder ${folder} could not be taken.`);
  } finally {
    rmSync(mine, { force: true });
  }
}

/** Linking is atomic and refuses to replace, where writing with an exclusive flag would show an empty file first. */
function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function removeIfStale(folder: string, path: string): void {
  const seen = read(path);
  if (seen === null) return;
  const [pid, started] = seen.split(' ');
  if (isOwnerAlive(Number(pid), started)) throw new FolderInUse(folder, Number(pid));
  // Renaming first makes sure that what is removed is what was judged: another process may have taken over meanwhile.
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (read(aside) !== seen) tryLink(aside, path);
  rmSync(aside, { force: true });
}

function isOwnerAlive(pid: number, started: string | undefined): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const now = startTime(pid);
  return now === null || started === undefined || started === 'unknown' || now === started;
}

/** Field 22 of /proc/PID/stat, in clock ticks since boot (proc(5)); null where there is no /proc. */
function startTime(pid: number): string | null {
  const stat = read(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}

function releaseIfOwned(path: string, owner: string): void {
  if (read(path) === owner) rmSync(path, { force: true });
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
