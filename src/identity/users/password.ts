import { scrypt } from 'node:crypto';
import type { Context, LogInAttempt } from '../../authority/index.js';
import { invalid } from '../../platform/errors.js';
import { FairQueue, type Place } from '../../platform/fair-queue.js';
import { isEqual, randomSecret } from '../../platform/secrets.js';

/** RFC 7914 parameters; the cost is a setting: at 17, each hash takes 128 MiB and about 0.3 s. */
const R = 8;
const P = 1;
const KEY_BYTES = 32;
const SALT_BYTES = 16;

type HashLane = 'known' | 'strange' | 'setting';

/**
 * Each hash takes 128 MiB and one of the four threads that also read files and look up names, so two run at once.
 * Log-ins take turns by client address; addresses that logged in before go first. Passwords that are set take turns by
 * the caller who sets them, and never use both places.
 */
export const passwordQueue = new FairQueue<HashLane>({
  runningMax: 2,
  first: 'known',
  lanes: {
    known: { runningMax: 2, waitingMaxPerKey: 16, waitingMax: 128 },
    strange: { runningMax: 2, waitingMaxPerKey: 16, waitingMax: 64 },
    setting: { runningMax: 1, waitingMaxPerKey: 8, waitingMax: 32 },
  },
});

/** Where a password waits to be hashed. */
export type HashPlace = Place<HashLane>;

/** How many passwords wait to be hashed. */
export const hashesWaiting = (): number => passwordQueue.waiting;

/** For a password with which a user logs in. */
export const toLogIn = ({ settings, atEnd }: Context, { clientAddress, isKnown }: LogInAttempt): HashPlace => ({
  lane: isKnown ? 'known' : 'strange',
  key: clientAddress,
  waitMaxMs: settings.passwordWaitMaxMs,
  atEnd,
});

/** For a password that the caller sets. */
export const toSet = ({ actor, settings, atEnd }: Context): HashPlace => ({
  lane: 'setting',
  key: actor.principal?.id ?? '',
  waitMaxMs: settings.passwordWaitMaxMs,
  atEnd,
});

/** For the server's own, at its start. */
export const BY_SERVER: HashPlace = { lane: 'setting', key: 'server', waitMaxMs: 60_000 };

export const PASSWORD_LENGTH_MIN = 12;

export function validPassword(password: string, ...path: string[]): string {
  if (password.length < PASSWORD_LENGTH_MIN || password.length > 1024)
    throw invalid('A password must have 12 to 1024 characters.', ...path);
  return password;
}

/**
 * `scrypt$logN$r$p$salt$key`, both in base64.
 * @param logN RFC 7914's N, as a power of two. Hashes with another value stay valid.
 * @throws Refusal RATE_LIMITED.
 */
export async function hashPassword(password: string, logN: number, place: HashPlace): Promise<string> {
  const salt = randomSecret(SALT_BYTES);
  const key = await passwordQueue.run(place, () => derive(password, salt, logN, R, P));
  return ['scrypt', logN, R, P, salt.toString('base64'), key.toString('base64')].join('$');
}

/** Takes the same time for a user that does not exist (`stored` is null). @throws Refusal RATE_LIMITED. */
export async function passwordMatches(
  password: string,
  stored: string | null,
  logN: number,
  place: HashPlace,
): Promise<boolean> {
  const [, storedLogN, r, p, salt, key] = (stored ?? '').split('$');
  const expected = Buffer.from(key ?? '', 'base64');
  const given = Buffer.from(salt ?? '', 'base64');
  const cost = [storedLogN ?? logN, r ?? R, p ?? P].map(Number) as [number, number, number];
  const got = await passwordQueue.run(place, () => derive(password.slice(0, 1025), given, ...cost));
  return isEqual(expected, got);
}

function derive(password: string, salt: Buffer, logN: number, r: number, p: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const options = { N: 2 ** logN, r, p, maxmem: 256 * r * 2 ** logN };
    scrypt(password.normalize('NFC'), salt, KEY_BYTES, options, (error, key) => (error ? reject(error) : resolve(key)));
  });
}
