import type { ResultFragment } from '../../../generated/documents.js';
import { printable } from '../../common/output.js';

/** A failure from the API or the verifier. */
interface Failure {
  readonly code: string;
  readonly severity: string;
  readonly message: string;
  readonly pcr?: number | null;
  readonly path?: string | null;
  readonly entry?: number | null;
  readonly expected?: readonly string[] | null;
  readonly got?: string | null;
}

type Result = Pick<ResultFragment, 'verdict' | 'stateAfter'> & {
  readonly counts: Pick<ResultFragment['counts'], 'attestedEntries' | 'failures'>;
  readonly failures: readonly Failure[];
};

/** The verdict, and a line for each failure. */
export function describeResult(result: Result): string[] {
  const { verdict, counts, stateAfter, failures } = result;
  const entries = `${counts.attestedEntries} IMA entries attested`;
  const unlisted = counts.failures > failures.length ? [`  … ${counts.failures} failures in all`] : [];
  return [
    printable(`${verdict}: ${entries}, the agent is ${stateAfter}`),
    ...failures.map(describeFailure),
    ...unlisted,
  ];
}

/** `  ERROR IMA_DIGEST_MISMATCH at entry 12 /usr/bin/x: expected sha256:…, got sha256:…` */
export function describeFailure(failure: Failure): string {
  const { code, severity, message } = failure;
  // For an absent detail the API returns null, the verifier undefined.
  const { pcr = null, path = null, entry = null, expected = null, got = null } = failure;
  const place = [
    pcr === null ? '' : ` in PCR ${pcr}`,
    entry === null ? '' : ` at entry ${entry}`,
    path === null ? '' : ` ${path}`,
  ];
  const isComparable = got !== null && expected !== null && expected.length > 0;
  const found = got === null ? message : `${message} Got ${got}.`;
  const what = isComparable ? `expected ${expected.join(' or ')}, got ${got}` : found;
  return printable(`  ${severity.toUpperCase()} ${code}${place.join('')}: ${what}`);
}
