import { hash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Several times the size of the largest structure of a TPM. */
const BASE64_LENGTH_MAX = 16 * 1024;
const SECRET_BYTES = 32;

type HashEncoding = 'hex' | 'base64';

interface BearerForm {
  readonly prefix: string;
  readonly hash: HashEncoding;
  readonly purpose: string;
}

/** Secrets that authenticate whoever presents them: how each begins, and in which encoding its SHA-256 is stored. */
export const BEARERS = {
  token: { prefix: 'bwt_', hash: 'hex', purpose: 'A token: the `Authorization: Bearer` of a user or an agent' },
  session: { prefix: 'bwb_', hash: 'hex', purpose: 'A session: the cookie of a browser, and nothing else' },
  apiCredentialKey: { prefix: 'bwk_', hash: 'hex', purpose: 'The key of an API credential, shown beside its id' },
  enrollmentToken: { prefix: 'bwe_', hash: 'base64', purpose: 'An enrollment token: lets one machine enroll, once' },
  joinToken: {
    prefix: 'bwj_',
    hash: 'hex',
    purpose: 'A join token: lets machines join the fleet, as often as it says',
  },
} as const satisfies Record<string, BearerForm>;
export type Bearer = keyof typeof BEARERS;

/** What comes after the prefix: 32 bytes in base64url without padding. */
const RANDOM_PART = /^[A-Za-z0-9_-]{43}$/;

export const newBearer = (bearer: Bearer): string => BEARERS[bearer].prefix + randomSecret().toString('base64url');

/** Whether a text has the form of such a secret; checked before any look-up. */
export function isBearer(bearer: Bearer, text: string): boolean {
  const { prefix } = BEARERS[bearer];
  return text.startsWith(prefix) && RANDOM_PART.test(text.slice(prefix.length));
}

/** The stored form of a bearer secret. */
export const bearerHash = (bearer: Bearer, text: string): string => hashSecret(text, BEARERS[bearer].hash);

/** Whether a bearer secret has the stored hash; false when there is none. */
export const isKeptBearer = (bearer: Bearer, text: string, hash: string | null): boolean =>
  isSecret(text, hash, BEARERS[bearer].hash);

/** Bytes that nobody can guess. */
export const randomSecret = (bytes = SECRET_BYTES): Buffer => randomBytes(bytes);

/** A generated password: 24 characters. */
export const newPassword = (): string => randomSecret(18).toString('base64url');

/** SHA-256, the stored form of secrets: with 32 random bytes there is nothing to guess, and no need for a salt. */
export function hashSecret(secret: string | Uint8Array, encoding: HashEncoding = 'base64'): string {
  return hash('sha256', secret, encoding);
}

/** Whether a secret has the stored hash; false when there is none, after the same comparison. */
export function isSecret(secret: string | Uint8Array, hash: string | null, encoding?: HashEncoding): boolean {
  const own = Buffer.from(hashSecret(secret, encoding));
  const kept = hash === null ? Buffer.alloc(own.length) : Buffer.from(hash);
  return isEqual(own, kept) && hash !== null;
}

/** Compares in a time that does not depend on the content. */
export function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Bytes of canonical base64; null for everything else, also for the empty text. */
export function decodeBase64(text: string): Buffer | null {
  if (text.length > BASE64_LENGTH_MAX) return null;
  const bytes = Buffer.from(text, 'base64');
  // Node skips what is not base64; only the canonical text encodes back to itself.
  return bytes.length > 0 && bytes.toString('base64') === text ? bytes : null;
}
