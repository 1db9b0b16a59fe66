import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { attestationKeyProblems, type KeyRules } from './key-rules.js';
import { parsePublicArea, type VerifyingKey } from './public-area.js';

/** Each takes 2 KiB, mostly inside OpenSSL. */
const KNOWN_MAX = 4096;

export interface AttestationKey {
  readonly key: VerifyingKey;
  /** The result of `attestationKeyProblems`. */
  readonly problems: readonly string[];
}

const known = new LRUCache<string, AttestationKey>({ max: KNOWN_MAX });

/**
 * The key of a public area, cached because all evidence of an agent uses it: the import and the first use of a key cost
 * several times the verification of a signature.
 *
 * @throws TpmFormatError as `parsePublicArea` does.
 */
export function knownAttestationKey(bytes: Uint8Array, rules: KeyRules): AttestationKey {
  const digest = hash('sha256', bytes, 'binary');
  const id = rules.allowsSha1 === true ? `${digest} with SHA-1` : digest;
  const found = known.get(id);
  if (found !== undefined) return found;
  const area = parsePublicArea(bytes);
  const { scheme, hash: signs, toKeyObject } = area;
  const common = { scheme, hash: signs, toKeyObject };
  // The area itself would keep the buffer that it was read from.
  const key: VerifyingKey =
    area.type === 'ECC' ? { type: 'ECC', curve: area.curve, ...common } : { type: 'RSA', ...common };
  const attestationKey = { key, problems: attestationKeyProblems(area, rules) };
  known.set(id, attestationKey);
  return attestationKey;
}
