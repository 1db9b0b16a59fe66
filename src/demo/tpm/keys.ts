import { createECDH, createPrivateKey, type KeyObject } from 'node:crypto';
import type { PublicAreaFields } from './encoding.js';

/** The private key of a software TPM with this scalar of P-256: 32 bytes, of which nearly all are valid. @throws otherwise. */
export function eccKey(scalar: Uint8Array): KeyObject {
  const ecdh = createECDH('prime256v1');
  ecdh.setPrivateKey(scalar);
  const point = ecdh.getPublicKey();
  const [d, x, y] = [Buffer.from(scalar), point.subarray(1, 33), point.subarray(33)].map((part) =>
    part.toString('base64url'),
  );
  return createPrivateKey({ key: { kty: 'EC', crv: 'P-256', d, x, y }, format: 'jwk' });
}

/** The public half in the form that a public area has it. */
export function publicPart(key: KeyObject): PublicAreaFields['key'] {
  const { n, x, y } = key.export({ format: 'jwk' });
  if (n !== undefined) return { modulus: Buffer.from(n, 'base64url') };
  return { curve: 'P-256', x: Buffer.from(x ?? '', 'base64url'), y: Buffer.from(y ?? '', 'base64url') };
}
