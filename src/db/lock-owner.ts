import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';

/** Who holds a folder. Fields that the system does not report are null. */
export interface Owner {
  readonly pid: number;
  /** When the process started, in clock ticks since boot: a pid is reused. */
  readonly started: string | null;
  /** Changes at each boot; containers have their machine's. */
  readonly boot: string | null;
  /** The namespace of the pid: each container has its own. */
  readonly pidSpace: string | null;
  /** A socket in the folder; the owner listens on it as long as it lives. */
  readonly socket: string | null;
  readonly host: string | null;
  readonly machine: string | null;
  /** The inode of the lock file: a copy has another one. */
  readonly inode: string | null;
}

const FIELDS = ['pid', 'started', 'boot', 'pidSpace', 'socket', 'host', 'machine', 'inode'] as const;

/** Systems take about 104 bytes, and some silently cut off longer paths. */
const SOCKET_PATH_MAX = 100;

export const writtenOwner = (owner: Owner): string => FIELDS.map((field) => owner[field] ?? '-').join(' ');

/** Reads what `writtenOwner` wrote; locks of the first servers have only the first two fields. */
export function ownerFrom(text: string): Owner {
  const words = text.trim().split(' ');
  const told = (index: number) => (words[index] === undefined || words[index] === '-' ? null : words[index]);
  const [pid, ...rest] = FIELDS.map((_, index) => told(index));
  const [started = null, boot = null, pidSpace = null, socket = null, host = null, machine = null, inode = null] = rest;
  // Only a name in the folder, never a path out of it, whoever wrote the file.
  return { pid: Number(pid), started, boot, pidSpace, socket: socket && basename(socket), host, machine, inode };
}

export function thisProcess(): Owner {
  return {
    pid: process.pid,
    started: startTime(process.pid),
    boot: read('/proc/sys/kernel/random/boot_id'),
    pidSpace: linkOf('/proc/self/ns/pid'),
    socket: null,
    host: hostname() || null,
    machine: read('/etc/machine-id'),
    inode: null,
  };
}

/** Whether the lock is in another file than its owner made since this boot. After a boot, files may get new inodes. */
export function isCopied(owner: Owner, inode: string): boolean {
  return owner.inode !== null && owner.inode !== inode && owner.boot !== null && owner.boot === thisProcess().boot;
}

/** Whether the owner of a folder's lock is alive; null when that is unknown because it is on another machine. */
export async function isOwnerAlive(folder: string, owner: Owner): Promise<boolean | null> {
  const here = thisProcess();
  const isLegacy = owner.boot === null && owner.host === null;
  if (isLegacy) return isProcessAlive(owner);
  if (owner.boot !== here.boot || owner.boot === null) {
    if (!isSameMachine(owner, here)) return null;
    // The machine booted since; no process survives that.
    return owner.boot === null ? isProcessAlive(owner) : false;
  }
  if (owner.pidSpace === here.pidSpace) return isProcessAlive(owner);
  // In another container of this machine, or in this one before its restart: its pid means nothing here.
  if (owner.socket !== null) return isListening(join(folder, owner.socket));
  return owner.host === here.host ? false : null;
}

/** Images may carry a machine id that all their containers share, so the host name must match too. */
function isSameMachine(owner: Owner, here: Owner): boolean {
  const isNamed = owner.host === here.host;
  return isNamed && (owner.machine === null || here.machine === null || owner.machine === here.machine);
}

function isProcessAlive({ pid, started }: Owner): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const now = startTime(pid);
  return now === null || started === null || started === 'unknown' || now === started;
}

/** Lets other containers see that this process is alive. Null where no socket can be, as with a long path. */
export async function listenAsOwner(folder: string): Promise<{ readonly socket: string | null; end(): void }> {
  const socket = `lock.${randomUUID().slice(0, 8)}.sock`;
  const path = join(folder, socket);
  const server = createServer((connection) => connection.destroy()).unref();
  const isThere = await new Promise<boolean>((resolve) => {
    if (Buffer.byteLength(path) > SOCKET_PATH_MAX) resolve(false);
    else server.once('error', () => resolve(false)).listen(path, () => resolve(true));
  });
  return { socket: isThere ? socket : null, end: () => server.close() };
}

function isListening(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

/** Field 22 of /proc/PID/stat, in clock ticks since boot (proc(5)); null where there is no /proc. */
function startTime(pid: number): string | null {
  const stat = read(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim() || null;
  } catch {
    return null;
  }
}

function linkOf(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}
