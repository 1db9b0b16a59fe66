import { createHash, createHmac } from 'node:crypto';
import { DIGEST_BYTES, type HashAlgorithm } from './algorithms.js';
import { u32 } from './wire.js';

const EMPTY = new Uint8Array();

/** The parties of a key derivation; each is empty when the derivation has none. */
export interface KdfContext {
  readonly u?: Uint8Array;
  readonly v?: Uint8Array;
}

/**
 * KDFa: derives a key of `bits` from a secret, by HMAC in counter mode (TPM 2.0 Part 1, section 11.4.10.2; NIST SP
 * 800-108). `bits` is a multiple of eight.
 */
export function kdfa(
  hash: HashAlgorithm,
  key: Uint8Array,
  label: string,
  context: KdfContext,
  bits: number,
): Uint8Array {
  const { u = EMPTY, v = EMPTY } = context;
  const tail = [Buffer.from(`${label}\0`), u, v, u32(bits)];
  return counterMode(hash, bits, (counter) =>
    createHmac(hash, key)
      .update(Buffer.concat([counter, ...tail]))
      .digest(),
  );
}

/**
 * KDFe: derives a key of `bits` from the x coordinate `z` of a Diffie-Hellman point, by a digest in counter mode (TPM
 * 2.0 Part 1, section 11.4.10.3; NIST SP 800-56A). `u` and `v` are the x coordinates of the parties' points.
 */
export function kdfe(hash: HashAlgorithm, z: Uint8Array, use: string, context: KdfContext, bits: number): Uint8Array {
  const { u = EMPTY, v = EMPTY } = context;
  const tail = [z, Buffer.from(`${use}\0`), u, v];
  return counterMode(hash, bits, (counter) =>
    createHash(hash)
      .update(Buffer.concat([counter, ...tail]))
      .digest(),
  );
}

function counterMode(hash: HashAlgorithm, bits: number, block: (counter: Uint8Array) => Uint8Array): Uint8Array {
  const length = bits / 8;
  const blocks = Array.from({ length: Math.ceil(length / DIGEST_BYTES[hash]) }, (_, index) => block(u32(index + 1)));
  return Buffer.concat(blocks).subarray(0, length);
}
