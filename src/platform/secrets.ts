import { createHash, timingSafeEqual } from 'node:crypto';

/** Several times what the largest structure of a TPM takes. */
const BASE64_LENGTH_MAX = 16 * 1024;

/** SHA-256 in base64, as secrets are kept: they have 32 random bytes, so there is nothing to guess and salt against. */
export function hashSecret(secret: string | Uint8Array): string {
  return createHash('sha256').update(secret).digest('base64');
}

/** Whether a secret has the kept hash; false when none is kept. */
export function isSecret(secret: string | Uint8Array, hash: string | null): boolean {
  return hash !== null && isEqual(Buffer.from(hashSecret(secret)), Buffer.from(hash));
}

/** Compares in a time that does not depend on the content. */
export function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Bytes of canonical base64; null for everything else, the empty text included. */
export function decodeBase64(text: string): Buffer | null {
  if (text.length > BASE64_LENGTH_MAX) return null;
  const bytes = Buffer.from(text, 'base64');
  // Node skips what is not base64; only the canonical text encodes back to itself.
  return bytes.length > 0 && bytes.toString('base64') === text ? bytes : null;
}
