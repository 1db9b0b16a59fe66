import { Buffer } from 'node:buffer';
import type { PathTableBuilder } from './path-table-builder.js';

const PREFIX = Buffer.from('%keyring:');
const MAX_KEYS = 10_000;

/** The keyring of an entry of a flat list; null for a file. Names of measured files never begin with a percent sign. */
export function keyringOf(bytes: Buffer, start: number, end: number): string | null {
  if (bytes[start] !== PREFIX[0]) return null;
  const isKeyring = bytes.subarray(start, Math.min(end, start + PREFIX.length)).equals(PREFIX);
  return isKeyring ? bytes.toString('utf8', start + PREFIX.length, end) : null;
}

/** Collects the keys of keyrings; the lines of one keyring may be anywhere. */
export class KeyringLines {
  readonly #keys = new Map<string, Uint8Array[]>();
  #count = 0;

  /** Adds a key by its digest, or returns a sentence when it is wrong. */
  add(keyring: string, digest: Uint8Array): string | null {
    if (keyring === '') return 'the keyring has no name';
    this.#count += 1;
    if (this.#count > MAX_KEYS) return `a list has at most ${MAX_KEYS} keys of keyrings`;
    const keys = this.#keys.get(keyring);
    if (keys === undefined) this.#keys.set(keyring, [digest]);
    else keys.push(digest);
    return null;
  }

  writeTo(table: PathTableBuilder): void {
    for (const [keyring, digests] of this.#keys) {
      const name = Buffer.from(keyring);
      table.add(name, 0, name.length);
      for (const digest of digests) table.addDigest(digest, digest.length);
    }
  }
}
