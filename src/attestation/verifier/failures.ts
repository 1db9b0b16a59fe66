/**
 * What a failure shows about the machine. PROTOCOL: nothing (the exchange itself went wrong, and the agent's state does
 * not change); INTEGRITY: the evidence is not genuine; POLICY: it is genuine, but not allowed.
 */
export type FailureClass = 'PROTOCOL' | 'INTEGRITY' | 'POLICY';
export type Severity = 'warning' | 'error' | 'fatal';

export interface FailureKind {
  readonly class: FailureClass;
  readonly severity: Severity;
  readonly description: string;
}

const protocol = (description: string): FailureKind => ({ class: 'PROTOCOL', severity: 'error', description });
const integrity = (description: string): FailureKind => ({ class: 'INTEGRITY', severity: 'fatal', description });
const policy = (description: string, severity: Severity = 'error'): FailureKind => ({
  class: 'POLICY',
  severity,
  description,
});

/** Every possible failure of a verification. The documentation of error codes is generated from this table. */
export const FAILURES = {
  CHALLENGE_EXPIRED: protocol('The challenge has expired; begin a new attestation.'),
  CHALLENGE_USED: protocol('The challenge was already used; each challenge accepts evidence once.'),
  CHALLENGE_OUTDATED: protocol(
    'The policies bound to the agent have changed since the challenge was issued; begin a new attestation.',
  ),
  NOTHING_BOUND: protocol('No bound policy applies to this agent, so nothing was verified.'),
  QUOTE_BANK_UNEXPECTED: protocol('The quote covers a PCR bank that the challenge did not name.'),
  IMA_OFFSET_UNEXPECTED: protocol('The log begins neither at entry 0 nor at the offset of the challenge.'),
  IMA_REBOOTED: protocol('The machine has booted since its last evidence; send the whole log, with imaOffset 0.'),

  ATTESTATION_KEY_UNSUITABLE: integrity(
    'The enrolled key is not a restricted signing key of a TPM, so it could sign a false quote.',
  ),
  QUOTE_MALFORMED: integrity('The quote is not a TPMS_ATTEST structure in base64.'),
  QUOTE_NOT_FROM_TPM: integrity('The signed statement does not begin with TPM_GENERATED_VALUE: no TPM made it.'),
  QUOTE_WRONG_TYPE: integrity('The TPM signed something other than a quote.'),
  SIGNATURE_MALFORMED: integrity('The signature is not a TPMT_SIGNATURE structure in base64.'),
  SIGNATURE_INVALID: integrity('The signature over the quote is not by the enrolled attestation key.'),
  SIGNATURE_HASH_REFUSED: integrity('The signature is over SHA-1, which is not allowed.'),
  NONCE_MISMATCH: integrity('The quote was not made for the nonce of this challenge.'),
  PCRS_MALFORMED: integrity('The reported PCR values are not in the required JSON form.'),
  PCR_SELECTION_MISMATCH: integrity('The reported PCRs are not those that the quote attests.'),
  PCR_NOT_QUOTED: integrity('A required PCR is absent from the quote.'),
  PCR_NOT_ASKED: integrity('The quote covers a PCR that the challenge did not ask for.'),
  PCR_DIGEST_MISMATCH: integrity('The reported PCR values do not hash to the digest in the quote.'),
  BOOT_COUNT_WENT_BACK: integrity('The reset or restart count is lower than in earlier evidence.'),
  CLOCK_WENT_BACK: integrity('The TPM clock is behind earlier evidence of the same boot.'),
  IMA_LOG_MISSING: integrity('A runtime policy is bound but no IMA log was sent.'),
  IMA_LOG_EMPTY: integrity('The IMA log has no entries; a log from entry 0 has at least one.'),
  IMA_LOG_TOO_LARGE: integrity('The IMA log is too large for one submission.'),
  IMA_PARSE_ERROR: integrity('A line of the IMA log is malformed.'),
  IMA_TEMPLATE_HASH_MISMATCH: integrity('The template hash in a log entry is not the hash of the fields of the entry.'),
  IMA_BUFFER_DIGEST_MISMATCH: integrity('The digest of a measured buffer is not the digest of its content.'),
  IMA_PCR_NOT_EXTENDED: integrity('PCR 10 is still zero: IMA has measured nothing into this TPM.'),
  IMA_LOG_UNATTESTED: integrity(
    'PCR 10 still does not cover entries that an earlier log already had: the log grows without the TPM.',
  ),
  IMA_PCR_MISMATCH: integrity('Replaying the IMA log does not give the quoted value of PCR 10.'),

  CLOCK_UNSAFE: policy('The TPM was not shut down in order, so its clock may repeat values.', 'warning'),
  PCR_VALUE_MISMATCH: policy('A PCR has a value that no bound policy allows.'),
  BOOT_AGGREGATE_MISMATCH: policy('The log does not begin with a boot_aggregate over the quoted boot PCRs.'),
  IMA_NOT_IN_ALLOWLIST: policy('A measured file is not listed.'),
  IMA_DIGEST_MISMATCH: policy('A measured file is listed, but with other digests.'),
  IMA_VIOLATION: policy(
    'The kernel recorded a violation: a file was open for writing while it was measured.',
    'warning',
  ),
} as const satisfies Record<string, FailureKind>;

export type FailureCode = keyof typeof FAILURES;

/** One finding. `entry` is the number of the log's entry, counted from 0 at boot. */
export interface Failure {
  readonly code: FailureCode;
  readonly class: FailureClass;
  readonly severity: Severity;
  readonly message: string;
  readonly pcr?: number;
  readonly path?: string;
  readonly entry?: number;
  readonly expected?: readonly string[];
  readonly got?: string;
  readonly layer?: string;
}
