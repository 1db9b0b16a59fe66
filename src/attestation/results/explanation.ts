import type { Failure, FailureCode, Severity } from '../verifier/index.js';
import type { AttestationResultRow } from './tables.js';

/** Why evidence was rejected, in words and values. */
export interface Explanation {
  readonly summary: string;
  readonly advice: string;
  /** The failure that decides: the first of the worst ones. */
  readonly decisive: Failure;
  readonly pcrs: readonly Failure[];
  readonly firstEntry: Failure | null;
}

const ORDER: readonly Severity[] = ['fatal', 'error'];

/** What differs in evidence from what was expected, of what the result has; null for evidence that was accepted. */
export function explain({ verdict, failures, counts }: AttestationResultRow): Explanation | null {
  const rejecting = failures.filter(({ severity }) => severity !== 'warning');
  const decisive = ORDER.map((level) => rejecting.find(({ severity }) => severity === level)).find(Boolean);
  if (verdict === 'ACCEPTED' || decisive === undefined) return null;
  const others = counts.failures - 1;
  const more = others > 0 ? ` ${others} more ${others === 1 ? 'failure was' : 'failures were'} found.` : '';
  return {
    summary: `${decisive.message}${placeOf(decisive)}${more}`,
    advice: ADVICE[decisive.code] ?? ADVICE_BY_CLASS[decisive.class],
    decisive,
    pcrs: rejecting.filter(({ pcr }) => pcr !== undefined),
    firstEntry: firstOf(rejecting),
  };
}

function firstOf(failures: readonly Failure[]): Failure | null {
  const ofEntries = failures.filter(({ entry }) => entry !== undefined);
  const number = ({ entry = 0 }: Failure) => entry;
  return ofEntries.reduce<Failure | null>((first, one) => (first && number(first) <= number(one) ? first : one), null);
}

/** What the message does not say: where it was, and by which list. */
function placeOf({ entry, path, layer, message }: Failure): string {
  const place = [
    entry === undefined ? '' : `entry ${entry} of the log`,
    path === undefined || message.includes(path) ? '' : path,
    layer === undefined ? '' : `by the allowlist ${layer}`,
  ].filter((part) => part !== '');
  return place.length === 0 ? '' : ` (${place.join(', ')})`;
}

const ADVICE_BY_CLASS: Readonly<Record<Failure['class'], string>> = {
  PROTOCOL: 'The agent tries again by itself; this says nothing about the machine.',
  INTEGRITY: 'Do not trust the machine until you know why: genuine evidence does not look like this.',
  POLICY: 'If the machine is meant to be like this, publish a revision of the allowlist that says so.',
};

const ADVICE: Readonly<Partial<Record<FailureCode, string>>> = {
  NOTHING_BOUND: 'Bind an allowlist to the agent.',
  IMA_NOT_IN_ALLOWLIST:
    'If the file belongs there, publish a revision of the allowlist that lists it; otherwise find out who put it there.',
  IMA_DIGEST_MISMATCH:
    'If the file was updated on purpose, publish a revision of the allowlist with its new digest; otherwise find out who changed it.',
  PCR_VALUE_MISMATCH:
    'If firmware, boot loader or kernel were updated on purpose, publish a revision with the new value; otherwise find out what booted.',
  BOOT_AGGREGATE_MISMATCH:
    'Find out whether the log is of this boot; if it is, the boot was not the one that the TPM measured.',
};
