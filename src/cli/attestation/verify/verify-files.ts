import { basename } from 'node:path';
import {
  compileRuntimePolicy,
  MAX_POLICY_BYTES,
  RuntimePolicyError,
} from '../../../attestation/runtime-policy/index.js';
import { encodePcrJson, type HashAlgorithm, isHashAlgorithm, TpmFormatError } from '../../../attestation/tpm/index.js';
import {
  FAILURES,
  type FailureCode,
  NO_COUNTS,
  type PolicyLayer,
  requiredPcrs,
  type VerificationResult,
  verify,
} from '../../../attestation/verifier/index.js';
import { CliError, EXIT } from '../../common/errors.js';
import { readBinaryFile } from '../../common/files.js';
import { type Format, isData, toData } from '../../common/table.js';
import { print } from '../../common/terminal.js';
import { describeFailure } from '../machine/report.js';
import { readKey, readPcrs, readSignature } from './evidence-files.js';

const MAX_STRUCTURE_BYTES = 64 * 1024;
const MAX_LOG_BYTES = 256 * 1024 * 1024;
const MAX_NONCE_BYTES = 64;

export interface VerifyOptions {
  readonly ak: string;
  readonly nonce: string;
  readonly quote: string;
  readonly signature: string;
  readonly pcrs: string;
  readonly pcrList?: string;
  readonly imaLog?: string;
  readonly allowlist?: string[];
  readonly pcrBank: string;
}

/** The checks behind a verdict. */
type Check = 'QUOTE' | 'IMA_REPLAY' | 'ALLOWLIST';

type Report = Omit<VerificationResult, 'next'> & { readonly checked: readonly Check[] };

/**
 * Verifies evidence from files, prints the findings, and throws when the verdict is REJECTED.
 *
 * @throws CliError with `EXIT.usage` when an option or a file cannot be used, with `EXIT.refused` for rejected
 *   evidence.
 */
export async function verifyFiles(options: VerifyOptions, format: Format): Promise<void> {
  const report = await judgeFiles(options);
  if (isData(format)) print(toData(format, report));
  else for (const line of describe(report)) print(line);
  if (report.verdict === 'REJECTED') throw new CliError('the evidence was rejected');
}

async function judgeFiles(options: VerifyOptions): Promise<Report> {
  const nonce = parseNonce(options.nonce);
  const hashAlgorithms = parseBanks(options.pcrBank);
  const [ak, quote, signature, pcrs] = await Promise.all(
    [options.ak, options.quote, options.signature, options.pcrs].map((file) =>
      readBinaryFile(file, MAX_STRUCTURE_BYTES),
    ),
  );
  if (ak === undefined || quote === undefined || signature === undefined || pcrs === undefined)
    throw new Error('a file is missing');
  const imaLog = options.imaLog === undefined ? undefined : await readBinaryFile(options.imaLog, MAX_LOG_BYTES);
  const policies = await readAllowlists(options.allowlist ?? []);
  const checked = whatIsChecked(imaLog !== undefined, policies.length > 0);
  const keyFile = decode('ATTESTATION_KEY_UNSUITABLE', () => readKey(ak));
  const banks = decode('PCRS_MALFORMED', () => readPcrs(pcrs, options.pcrList));
  if ('failure' in keyFile) return rejected(checked, keyFile.failure);
  if ('failure' in banks) return rejected(checked, banks.failure);
  const { attestationKey, key } = keyFile.value;
  // There was no challenge, so the requested PCRs are those in the quote and those that the lists need.
  const quoted = hashAlgorithms.flatMap((hash) => [...(banks.value.get(hash)?.keys() ?? [])]);
  const asked = [...new Set([...requiredPcrs(policies, 'PHYSICAL'), ...quoted])].sort((a, b) => a - b);
  const { next: _, ...result } = verify({
    evidence: {
      quote: {
        message: quote.toString('base64'),
        signature: Buffer.from(readSignature(signature, key)).toString('base64'),
        pcrs: encodePcrJson(banks.value),
      },
      imaLog,
      imaOffset: 0,
    },
    challenge: { nonce, pcrs: asked, hashAlgorithms, imaOffset: 0, expiresAt: Number.POSITIVE_INFINITY, isUsed: false },
    enrolment: { attestationKey, tpmKind: 'PHYSICAL' },
    policies,
    previous: null,
    now: 0,
    rules: { allowsNothingBound: policies.length === 0 },
  });
  return { ...result, checked };
}

function parseNonce(text: string): Buffer {
  if (!/^(?:[0-9a-f]{2})+$/i.test(text) || text.length > 2 * MAX_NONCE_BYTES) {
    throw new CliError(`--nonce must be 1 to ${MAX_NONCE_BYTES} bytes in hexadecimal`, EXIT.usage);
  }
  return Buffer.from(text, 'hex');
}

function parseBanks(text: string): HashAlgorithm[] {
  return text.split(',').map((name) => {
    if (isHashAlgorithm(name)) return name;
    throw new CliError(
      '--pcr-bank must be sha1, sha256, sha384 or sha512, or several with commas between them',
      EXIT.usage,
    );
  });
}

/** An invalid list shows nothing about the evidence, so it is an error and not a verdict. */
async function readAllowlists(files: readonly string[]): Promise<PolicyLayer[]> {
  const layers: PolicyLayer[] = [];
  for (const file of files) {
    const content = await readBinaryFile(file, MAX_POLICY_BYTES);
    try {
      const runtimePolicy = compileRuntimePolicy(content);
      layers.push({ name: basename(file), fingerprint: runtimePolicy.contentDigest, runtimePolicy });
    } catch (error) {
      if (error instanceof RuntimePolicyError) throw new CliError(`${file}: ${error.message}`, EXIT.usage);
      throw error;
    }
  }
  return layers;
}

function whatIsChecked(hasLog: boolean, hasAllowlist: boolean): Check[] {
  return [
    'QUOTE',
    ...(hasLog || hasAllowlist ? (['IMA_REPLAY'] as const) : []),
    ...(hasAllowlist ? (['ALLOWLIST'] as const) : []),
  ];
}

interface Refused {
  readonly code: FailureCode;
  readonly message: string;
}

/** Invalid data in a file is a finding about the evidence, as on a server. */
function decode<T>(code: FailureCode, read: () => T): { readonly value: T } | { readonly failure: Refused } {
  try {
    return { value: read() };
  } catch (error) {
    if (!(error instanceof TpmFormatError)) throw error;
    return { failure: { code, message: `${FAILURES[code].description} ${error.message}` } };
  }
}

function rejected(checked: readonly Check[], { code, message }: Refused): Report {
  const { class: kind, severity } = FAILURES[code];
  const counts = { ...NO_COUNTS, failures: 1 };
  return {
    verdict: 'REJECTED',
    failures: [{ code, class: kind, severity, message }],
    isTruncated: false,
    counts,
    checked,
  };
}

function describe({ verdict, failures, counts, isTruncated, checked }: Report): string[] {
  const scope = checked.includes('ALLOWLIST') ? '' : '; no allowlist was given, so the measured files were not checked';
  const summary = `${verdict}: ${counts.attested} IMA entries attested; checked ${checked.join(', ')}${scope}`;
  const rest = isTruncated ? [`  … ${counts.failures} failures in all`] : [];
  return [summary, ...failures.map(describeFailure), ...rest];
}
