import type { CompiledRuntimePolicy, PcrPolicy } from '../runtime-policy/index.js';
import type { HashAlgorithm, VerifyingKey } from '../tpm/index.js';
import type { Failure, FailureCode, Severity } from './failures.js';

/** What an agent submits, undecoded: rubbish in any part is a rejection, never an exception. */
export interface Evidence {
  readonly quote: {
    /** TPMS_ATTEST in base64. */
    readonly message: string;
    /** TPMT_SIGNATURE in base64. */
    readonly signature: string;
    /** `{ "sha256": { "0": "<hex>", … } }` */
    readonly pcrs: string;
  };
  /** The text of `ascii_runtime_measurements` from entry `imaOffset` on; bytes where it is a file's. */
  readonly imaLog?: string | Uint8Array | undefined;
  /** By default the challenge's. An agent may always send the whole log with 0. */
  readonly imaOffset?: number | undefined;
}

/** What the agent was asked. Times are milliseconds since 1970. */
export interface Challenge {
  readonly nonce: Uint8Array;
  /** The PCRs to be quoted: these and no others, in every quoted bank. */
  readonly pcrs: readonly number[];
  /** Banks that may be quoted. */
  readonly hashAlgorithms: readonly HashAlgorithm[];
  readonly imaOffset: number;
  readonly expiresAt: number;
  readonly isUsed: boolean;
}

export type TpmKind = 'PHYSICAL' | 'VIRTUAL';

export interface Enrolment {
  /** TPMT_PUBLIC or TPM2B_PUBLIC; or a key whose attributes somebody else vouches for (offline verification). */
  readonly attestationKey: Uint8Array | VerifyingKey;
  readonly tpmKind: TpmKind;
}

/** One bound allowlist revision. `fingerprint` changes whenever its content does. */
export interface PolicyLayer extends LayerOutline {
  readonly runtimePolicy?: CompiledRuntimePolicy | undefined;
}

/** What is known of a layer without its list of files, which may be large: only whether it has one. */
export interface LayerOutline {
  readonly name: string;
  readonly fingerprint: string;
  readonly tpmPolicy?: PcrPolicy | undefined;
  readonly vtpmPolicy?: PcrPolicy | undefined;
  readonly runtimePolicy?: object | undefined;
}

/** What is kept of an accepted verification; plain JSON. */
export interface VerifierState {
  readonly resetCount: number;
  readonly restartCount: number;
  /** Milliseconds, a u64 in decimal. */
  readonly clock: string;
  readonly ima?: {
    /** Entries of the log that PCR 10 accounts for. */
    readonly offset: number;
    /** Entries that the log held; those behind `offset` PCR 10 has to account for the next time. */
    readonly total?: number;
    /** PCR 10 after those entries, in hex by bank. */
    readonly pcrs: Readonly<Partial<Record<HashAlgorithm, string>>>;
    /** What judged those entries: `judgementFingerprint`. */
    readonly fingerprint: string;
  };
}

/** Changes the severity of POLICY failures; the first rule that applies decides. */
export interface SeverityRule {
  readonly codes?: readonly FailureCode[];
  readonly pathPrefix?: string;
  readonly pcr?: number;
  readonly severity: Severity;
}

export interface VerifierRules {
  readonly severities?: readonly SeverityRule[];
  /** For TPMs that can sign nothing else. */
  readonly allowsSha1?: boolean;
  /** Offline only: without a bound policy, check the quote and replay the log if there is one. */
  readonly allowsNothingBound?: boolean;
}

export interface VerifyInput extends QuoteInput {
  readonly evidence: Evidence;
  readonly policies: readonly PolicyLayer[];
}

/** What everything but the log is judged by: small, whatever the machine measured and its lists hold. */
export interface QuoteInput {
  readonly evidence: Pick<Evidence, 'quote' | 'imaOffset'>;
  readonly challenge: Challenge;
  readonly enrolment: Enrolment;
  readonly policies: readonly LayerOutline[];
  readonly previous: VerifierState | null;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly rules?: VerifierRules;
}

/** Totals; a list of failures is bounded, these are not. */
export interface Counts {
  /** Entries read from the log, and of those the ones that the quote accounts for. */
  entries: number;
  attested: number;
  matched: number;
  excluded: number;
  ignored: number;
  violations: number;
  failures: number;
  warnings: number;
}

export interface VerificationResult {
  readonly verdict: 'ACCEPTED' | 'REJECTED';
  readonly failures: readonly Failure[];
  /** Were there more failures than are listed? */
  readonly isTruncated: boolean;
  readonly counts: Readonly<Counts>;
  /** What to keep for the next verification; null when the verdict is REJECTED, and what was kept stays. */
  readonly next: VerifierState | null;
}
