import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { attestationKeyProblems, type KeyRules } from './key-rules.js';
import { parsePublicArea, type VerifyingKey } from './public-area.js';

/** Each takes 2 KiB, most of it inside OpenSSL. */
const KNOWN_MAX = 4096;

export interface AttestationKey {
  readonly key: VerifyingKey;
  /** As `attestationKeyProblems` tells them. */
  readonly problems: readonly string[];
}

const known = new LRUCache<string, AttestationKey>({ max: KNOWN_MAX });

/**
 * The key of a public area, which comes again with all evidence of its agent: to import a key and to use it for the first
 * time costs several times what it verifies a signature with.
 *
 * @throws TpmFormatError as `parsePublicArea` does.
 */
export function knownAttestationKey(bytes: Uint8Array, rules: KeyRules): AttestationKey {
  const id = `${rules.allowsSha1 === true}${hash('sha256', bytes, 'binary')}`;
  const found = known.get(id);
  if (found !== undefined) return found;
  const area = parsePublicArea(bytes);
  const { scheme, hash: signs, toKeyObject } = area;
  const common = { scheme, hash: signs, toKeyObject };
  // The area itself would keep alive what it was read from.
  const key: VerifyingKey =
    area.type === 'ECC' ? { type: 'ECC', curve: area.curve, ...common } : { type: 'RSA', ...common };
  const attestationKey = { key, problems: attestationKeyProblems(area, rules) };
  known.set(id, attestationKey);
  return attestationKey;
}
