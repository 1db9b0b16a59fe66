import { timingSafeEqual } from 'node:crypto';
import {
  knownAttestationKey,
  type PcrBanks,
  parsePcrJson,
  parseQuote,
  parseSignature,
  pcrDigest,
  type Quote,
  TpmFormatError,
  type TpmSignature,
  type VerifyingKey,
  verifyQuoteSignature,
} from '../tpm/index.js';
import { decodeBase64 } from './base64.js';
import type { FailureCode } from './failures.js';
import type { Findings } from './findings.js';
import { checkSelection } from './selection.js';
import type { Enrolment, QuoteInput, VerifierRules } from './types.js';

/** Several times the size of the largest structure. */
const MAX_BASE64_CHARACTERS = 16 * 1024;

/** A quote by the enrolled TPM for this challenge, with the PCR values that it attests. */
export interface AttestedQuote {
  readonly quote: Quote;
  readonly banks: PcrBanks;
}

/** Runs a parser; its error becomes a failure with the given code. */
function parsed<T>(findings: Findings, code: FailureCode, parse: () => T): T | null {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof TpmFormatError)) throw error;
    findings.add(codeOf(error, code), error.message);
    return null;
  }
}

function codeOf(error: TpmFormatError, code: FailureCode): FailureCode {
  if (error.code === 'WRONG_MAGIC') return 'QUOTE_NOT_FROM_TPM';
  return error.code === 'WRONG_TYPE' ? 'QUOTE_WRONG_TYPE' : code;
}

const decoded = (text: string): Uint8Array | null => (text.length > MAX_BASE64_CHARACTERS ? null : decodeBase64(text));

/**
 * Checks that the evidence is a quote by the enrolled key, for this challenge, over the requested PCRs. Each step
 * relies on the ones before it, so the first failure ends the check with null.
 */
export function checkQuote(input: QuoteInput, findings: Findings): AttestedQuote | null {
  const { challenge, evidence } = input;
  const signed = checkSignature(input, findings);
  if (signed === null) return null;
  const quote = parsed(findings, 'QUOTE_MALFORMED', () => parseQuote(signed.message));
  if (quote === null) return null;
  if (!sameBytes(quote.extraData, challenge.nonce)) {
    findings.add('NONCE_MISMATCH');
    return null;
  }
  const banks = parsed(findings, 'PCRS_MALFORMED', () => parsePcrJson(evidence.quote.pcrs));
  if (banks === null || !checkSelection(input, quote, banks, findings)) return null;
  const digest = pcrDigest(signed.signature.hash, quote.selections, banks);
  if (!sameBytes(digest, quote.pcrDigest)) {
    findings.add('PCR_DIGEST_MISMATCH');
    return null;
  }
  return { quote, banks };
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Checks the signature first: unsigned bytes are not even parsed as a quote. */
function checkSignature(
  { evidence, enrolment, rules }: QuoteInput,
  findings: Findings,
): { message: Uint8Array; signature: TpmSignature } | null {
  const key = attestationKey(enrolment, rules, findings);
  if (key === null) return null;
  const message = decoded(evidence.quote.message);
  if (message === null) findings.add('QUOTE_MALFORMED', 'It is not base64 of a plausible length.');
  const bytes = decoded(evidence.quote.signature);
  if (bytes === null) findings.add('SIGNATURE_MALFORMED', 'It is not base64 of a plausible length.');
  if (message === null || bytes === null) return null;
  const signature = parsed(findings, 'SIGNATURE_MALFORMED', () => parseSignature(bytes));
  if (signature === null) return null;
  if (signature.hash === 'sha1' && rules?.allowsSha1 !== true) findings.add('SIGNATURE_HASH_REFUSED');
  else if (!verifyQuoteSignature(key, message, signature)) findings.add('SIGNATURE_INVALID');
  else return { message, signature };
  return null;
}

function attestationKey(enrolment: Enrolment, rules: VerifierRules = {}, findings: Findings): VerifyingKey | null {
  const { attestationKey: key } = enrolment;
  if (!(key instanceof Uint8Array)) return key;
  const known = parsed(findings, 'ATTESTATION_KEY_UNSUITABLE', () => knownAttestationKey(key, rules));
  if (known === null) return null;
  const { problems } = known;
  if (problems.length === 0) return known.key;
  findings.add('ATTESTATION_KEY_UNSUITABLE', `${problems.join('; ')}.`);
  return null;
}
