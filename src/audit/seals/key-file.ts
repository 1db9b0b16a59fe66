import { randomUUID } from 'node:crypto';
import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { generateKey, parseSigningKeys, type SigningKeys } from '../chain/index.js';

/** Reads the key file, which is outside the database so that who can write there cannot sign. */
export function readKeyFile(path: string): SigningKeys {
  const pem = readFileSync(path, 'utf8');
  try {
    return parseSigningKeys(pem);
  } catch (error) {
    throw new Error(`The audit key file ${path} cannot be used: ${(error as Error).message}.`);
  }
}

/**
 * Makes the key file unless there is one, and makes sure that it can be used. Of several processes at once one wins, and
 * all use its file.
 */
export function ensureKeyFile(path: string): void {
  if (!existsSync(path)) createKeyFile(path);
  readKeyFile(path);
}

function createKeyFile(path: string): void {
  const mine = `${path}.${randomUUID()}`;
  try {
    writeFileSync(mine, generateKey(), { mode: 0o600, flag: 'wx' });
    linkSync(mine, path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EEXIST') throw new Error(`The audit key file ${path} cannot be made: ${code}.`, { cause: error });
  } finally {
    rmSync(mine, { force: true });
  }
}
