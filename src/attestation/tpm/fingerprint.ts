import { createHash } from 'node:crypto';
import type { VerifyingKey } from './public-area.js';

/**
 * SHA-256, in hexadecimal, of the key itself (SubjectPublicKeyInfo). This, not the Name, decides whether two EKs are
 * the same: a credential proves possession of the key alone, so a client could submit the same EK with other
 * attributes.
 */
export function keyFingerprint(key: VerifyingKey): string {
  return createHash('sha256')
    .update(key.toKeyObject().export({ type: 'spki', format: 'der' }))
    .digest('hex');
}
