import type { CompiledRuntimePolicy, PcrPolicy } from '../runtime-policy/index.js';
import type { HashAlgorithm, VerifyingKey } from '../tpm/index.js';
import type { Failure, FailureCode, Severity } from './failures.js';

/** What an agent submits, not decoded: invalid data in any part is a rejection, never an exception. */
export interface Evidence {
  readonly quote: {
    /** TPMS_ATTEST in base64. */
    readonly message: string;
    /** TPMT_SIGNATURE in base64. */
    readonly signature: string;
    /** `{ "sha256": { "0": "<hex>", … } }` */
    readonly pcrs: string;
  };
  /** The text of `ascii_runtime_measurements` from entry `imaOffset`; bytes if it comes from a file. */
  readonly imaLog?: string | Uint8Array | undefined;
  /** Defaults to that of the challenge. An agent may always send the whole log with 0. */
  readonly imaOffset?: number | undefined;
}

/** What the server requested from the agent. Times are milliseconds since 1970. */
export interface Challenge {
  readonly nonce: Uint8Array;
  /** The PCRs to quote: these and no others, in every quoted bank. */
  readonly pcrs: readonly number[];
  /** Banks that may be quoted. */
  readonly hashAlgorithms: readonly HashAlgorithm[];
  readonly imaOffset: number;
  readonly expiresAt: number;
  readonly isUsed: boolean;
}

export type TpmKind = 'PHYSICAL' | 'VIRTUAL';

export interface Enrolment {
  /** TPMT_PUBLIC or TPM2B_PUBLIC; or a key whose attributes the user guarantees (offline verification). */
  readonly attestationKey: Uint8Array | VerifyingKey;
  readonly tpmKind: TpmKind;
}

/** One bound allowlist revision. `fingerprint` changes whenever its content changes. */
export interface PolicyLayer extends LayerOutline {
  readonly runtimePolicy?: CompiledRuntimePolicy | undefined;
}

/** A layer without its list of files, which may be large: only whether it has one. */
export interface LayerOutline {
  readonly name: string;
  readonly fingerprint: string;
  readonly tpmPolicy?: PcrPolicy | undefined;
  readonly vtpmPolicy?: PcrPolicy | undefined;
  readonly runtimePolicy?: object | undefined;
}

/** The state that is kept after an accepted verification; plain JSON. */
export interface VerifierState {
  readonly resetCount: number;
  readonly restartCount: number;
  /** Milliseconds, a u64 in decimal. */
  readonly clock: string;
  readonly ima?: {
    /** Entries of the log that PCR 10 accounts for. */
    readonly offset: number;
    /** Entries in the log; the next quote must account in PCR 10 for those after `offset`. */
    readonly total?: number;
    /** PCR 10 after those `offset` entries, in hex by bank. */
    readonly pcrs: Readonly<Partial<Record<HashAlgorithm, string>>>;
    /** `judgementFingerprint` of what judged those entries. */
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
  /** Offline only: without a bound policy, check the quote, and replay the log if there is one. */
  readonly allowsNothingBound?: boolean;
}

export interface VerifyInput extends QuoteInput {
  readonly evidence: Evidence;
  readonly policies: readonly PolicyLayer[];
}

/** The input for everything but the log: small, whatever the machine measured and however large its lists are. */
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

/** Totals; the list of failures is limited, these are not. */
export interface Counts {
  /** Entries read from the log, and how many of them the quote accounts for. */
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
  /** Whether there were more failures than are listed. */
  readonly isTruncated: boolean;
  readonly counts: Readonly<Counts>;
  /** The state to keep for the next verification; null when the verdict is REJECTED, then the old state stays. */
  readonly next: VerifierState | null;
}
