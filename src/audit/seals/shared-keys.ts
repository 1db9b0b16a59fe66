import { hkdfSync } from 'node:crypto';
import type { Db } from '../../db/open.js';
import { ensureKeyFile, readKeyFile } from './key-file.js';

const KEY_BYTES = 32;

/**
 * Keys that all servers of a database share and that the database does not have: derived (HKDF) from the key that signs
 * the audit log, another for each purpose. Who has one of them has neither the others nor that key.
 */
export function sharedKeys(db: Db, path: string): (purpose: string) => Promise<Uint8Array> {
  const derived = new Map<string, Uint8Array>();
  return async (purpose) => {
    const known = derived.get(purpose);
    if (known !== undefined) return known;
    await ensureKeyFile(db, path);
    const { d: seed } = readKeyFile(path).privateKey.export({ format: 'jwk' });
    if (seed === undefined) throw new Error('The audit key has no private part.');
    const key = new Uint8Array(
      hkdfSync('sha256', Buffer.from(seed, 'base64url'), '', `bailiwick ${purpose}`, KEY_BYTES),
    );
    derived.set(purpose, key);
    return key;
  };
}
