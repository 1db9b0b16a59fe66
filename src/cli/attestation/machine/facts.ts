import { readFile, statfs } from 'node:fs/promises';
import { availableParallelism, machine, networkInterfaces, release, totalmem, type, uptime } from 'node:os';

/** What a machine says about itself: for people to read, and never what anything is decided by. */
export interface Facts {
  /** The name of the operating system, such as `Debian GNU/Linux 12 (bookworm)`. */
  readonly os: string;
  readonly kernel: string;
  readonly architecture: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  /** Free space of the file system that holds `/`. */
  readonly diskBytes: number;
  /** Addresses of its interfaces, without those that only the machine itself reaches. */
  readonly addresses: readonly string[];
  readonly bootedAt: Date;
  readonly agentVersion: string;
}

const ADDRESSES_MAX = 16;
const TEXT_MAX = 128;
const OS_RELEASE_MAX = 16 * 1024;

/** Reads the facts of this machine; each text and each list is bounded. */
export async function readFacts(agentVersion: string, now: Date = new Date()): Promise<Facts> {
  const [osRelease, disk] = await Promise.all([readFile('/etc/os-release', 'utf8').catch(() => ''), statfs('/')]);
  return {
    os: factText(osNameIn(osRelease) ?? type()),
    kernel: factText(release()),
    architecture: factText(machine()),
    cpus: availableParallelism(),
    memoryBytes: totalmem(),
    diskBytes: disk.bavail * disk.bsize,
    addresses: ownAddresses(),
    // By the machine's own clock; whole seconds, so that two readings of one boot are mostly the same.
    bootedAt: new Date(Math.floor(now.getTime() / 1000 - uptime()) * 1000),
    agentVersion: factText(agentVersion),
  };
}

/** `PRETTY_NAME` of os-release(5); null when there is none. */
export function osNameIn(text: string): string | null {
  const [, value] = /^PRETTY_NAME=(.*)$/m.exec(text.slice(0, OS_RELEASE_MAX)) ?? [];
  const name = value?.trim().replace(/^(["'])(.*)\1$/, '$2');
  return name ? name : null;
}

/** A text without what a terminal obeys, and not longer than a fact may be. */
export const factText = (text: string): string =>
  text
    .replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, ' ')
    .trim()
    .slice(0, TEXT_MAX)
    .trimEnd() || 'unknown';

function ownAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const outside = all.filter(({ internal, address }) => !internal && !address.toLowerCase().startsWith('fe80:'));
  return [...new Set(outside.map(({ address }) => address))].sort().slice(0, ADDRESSES_MAX);
}
