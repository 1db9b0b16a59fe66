import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { invalid, rateLimited } from '../../platform/errors.js';

/** RFC 7914 parameters beside the cost, which is a setting: with 17 each hash takes 128 MiB and about 0.3 s. */
const R = 8;
const P = 1;
const KEY_BYTES = 32;

/** Each hash takes 128 MiB, so few run at once and only so many wait. */
const RUNNING_MAX = 2;
const WAITING_MAX = 64;
let running = 0;
const waiting: (() => void)[] = [];

export const PASSWORD_LENGTH_MIN = 12;

export function validPassword(password: string, ...path: string[]): string {
  if (password.length < PASSWORD_LENGTH_MIN || password.length > 1024)
    throw invalid('A password has 12 to 1024 characters.', ...path);
  return password;
}

/**
 * `scrypt$logN$r$p$salt$key`, both in base64.
 * @param logN RFC 7914's N, as a power of two. Hashes made with another stay good.
 */
export async function hashPassword(password: string, logN: number): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, salt, logN, R, P);
  return ['scrypt', logN, R, P, salt.toString('base64'), key.toString('base64')].join('$');
}

/** Takes as long for a user that does not exist (null) as for one that does. */
export async function passwordMatches(password: string, stored: string | null, logN: number): Promise<boolean> {
  const [, storedLogN, r, p, salt, key] = (stored ?? '').split('$');
  const expected = Buffer.from(key ?? '', 'base64');
  const got = await derive(
    password.slice(0, 1025),
    Buffer.from(salt ?? '', 'base64'),
    Number(storedLogN ?? logN),
    Number(r ?? R),
    Number(p ?? P),
  );
  return expected.length === got.length && timingSafeEqual(expected, got);
}

async function derive(password: string, salt: Buffer, logN: number, r: number, p: number): Promise<Buffer> {
  if (running >= RUNNING_MAX) {
    if (waiting.length >= WAITING_MAX) throw rateLimited('Too many log-ins at once; try again.', 1);
    await new Promise<void>((resolve) => waiting.push(resolve));
  }
  running += 1;
  try {
    return await new Promise<Buffer>((resolve, reject) => {
      const options = { N: 2 ** logN, r, p, maxmem: 256 * r * 2 ** logN };
      scrypt(password.normalize('NFC'), salt, KEY_BYTES, options, (error, key) =>
        error ? reject(error) : resolve(key),
      );
    });
  } finally {
    running -= 1;
    waiting.shift()?.();
  }
}
