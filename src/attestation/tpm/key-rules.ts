import type { HashAlgorithm } from './algorithms.js';
import type { ObjectAttribute, PublicArea } from './public-area.js';

/**
 * The name digest binds a credential to a key, and the scheme's digest a quote: a collision in either would allow a
 * forgery.
 */
const STRONG_HASHES: readonly HashAlgorithm[] = ['sha256', 'sha384', 'sha512'];

/** Rules that an operator may relax. */
export interface KeyRules {
  /** Accept SHA-1 as the digest of the AK's signing scheme, for TPMs without a better one. */
  readonly allowsSha1?: boolean;
}

/**
 * Why a key is not suitable as an attestation key; empty when it is. Only a restricted signing key refuses to sign data
 * that pretends to come from inside the TPM, so only its quotes prove anything (TPM 2.0 Part 1, section 25.1.6).
 */
export function attestationKeyProblems(area: PublicArea, rules: KeyRules = {}): string[] {
  const problems = [
    ...requireAttributes(area, ['fixedTPM', 'fixedParent', 'sensitiveDataOrigin', 'restricted', 'sign'], ['decrypt']),
    ...sizeProblems(area),
    ...nameProblems(area),
  ];
  const schemes = area.type === 'RSA' ? ['RSASSA', 'RSAPSS'] : ['ECDSA'];
  if (area.scheme === null || area.hash === null || !schemes.includes(area.scheme)) {
    problems.push(`the signing scheme must be ${schemes.join(' or ')}, not ${area.scheme ?? 'null'}`);
  } else if (!STRONG_HASHES.includes(area.hash) && !(rules.allowsSha1 === true && area.hash === 'sha1')) {
    problems.push(`the signing scheme's digest ${area.hash} is not allowed`);
  }
  return problems;
}

/**
 * Why a key is not suitable as an endorsement key; empty when it is. A restricted decryption key opens a credential
 * only in ActivateCredential, which proves that the other key is in the same TPM (TPM 2.0 Part 1, section 24).
 */
export function endorsementKeyProblems(area: PublicArea): string[] {
  const problems = [
    ...requireAttributes(area, ['fixedTPM', 'fixedParent', 'restricted', 'decrypt'], ['sign']),
    ...sizeProblems(area),
    ...nameProblems(area),
  ];
  if (area.symmetric?.mode !== 'CFB') problems.push('the symmetric cipher must be AES in CFB mode');
  return problems;
}

function requireAttributes(area: PublicArea, set: ObjectAttribute[], clear: ObjectAttribute[]): string[] {
  return [
    ...set
      .filter((attribute) => !area.attributes[attribute])
      .map((attribute) => `the attribute ${attribute} must be set`),
    ...clear
      .filter((attribute) => area.attributes[attribute])
      .map((attribute) => `the attribute ${attribute} must be clear`),
  ];
}

function sizeProblems(area: PublicArea): string[] {
  if (area.type === 'RSA') return area.keyBits === 2048 ? [] : [`an RSA key must have 2048 bits, not ${area.keyBits}`];
  return area.curve === 'P-256' ? [] : [`the curve must be P-256, not ${area.curve}`];
}

function nameProblems(area: PublicArea): string[] {
  return STRONG_HASHES.includes(area.nameAlg) ? [] : [`the name algorithm ${area.nameAlg} is not allowed`];
}
