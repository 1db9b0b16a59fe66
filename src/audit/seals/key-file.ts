import { existsSync } from 'node:fs';
import type { Db } from '../../db/open.js';
import { CannotStart } from '../../platform/cannot-start.js';
import { createWhole } from '../../platform/durable-file.js';
import { readNamed } from '../../platform/named-file.js';
import { generateKey, parseSigningKeys, type SigningKeys } from '../chain/index.js';
import { findNewestHead } from './repository.js';

/** Reads the key file. It is outside the database, so that write access to the database is not enough to sign. */
export function readKeyFile(path: string): SigningKeys {
  const pem = readNamed(path).toString();
  try {
    return parseSigningKeys(pem);
  } catch (error) {
    throw new CannotStart(
      `The audit key file ${path} cannot be used: ${(error as Error).message}. Restore it from its backup, or name another with BAILIWICK_AUDIT_KEY_PATH.`,
    );
  }
}

/**
 * Makes the key file when nothing was signed yet, and checks that it can be used. Of several processes at once one
 * wins, and all use its file.
 *
 * @throws CannotStart when the file is missing although the log was signed: with a new key nobody could tell whether
 *   the log so far is the one that was signed.
 */
export async function ensureKeyFile(db: Db, path: string): Promise<void> {
  if (!existsSync(path)) {
    const head = await findNewestHead(db);
    if (head !== null) throw keyMissing(path, head.keyId);
    createWhole(path, generateKey());
  }
  readKeyFile(path);
}

function keyMissing(path: string, keyId: string): CannotStart {
  return new CannotStart(
    `The audit key file ${path} is missing, and the audit log is signed by the key ${keyId}: restore the file from its backup, copy it from another server of this database, or name it with BAILIWICK_AUDIT_KEY_PATH. If the key is lost, make a new one with: openssl genpkey -algorithm ed25519 -out ${path}`,
  );
}
