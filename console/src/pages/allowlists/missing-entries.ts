import type { Entry } from './runtime-policy.js';

/** Failures that a digest more in the list puts right. */
const OF_LISTS: readonly string[] = ['IMA_NOT_IN_ALLOWLIST', 'IMA_DIGEST_MISMATCH'];
/** More are not proposed one by one. */
const PROPOSED_MAX = 100;

interface Failure {
  readonly code: string;
  readonly path: string | null;
  /** The digest that was found. */
  readonly got: string | null;
}

/** The files of a result that the list lacks, in the order of the log. */
export function entriesOf(failures: readonly Failure[]): readonly Entry[] {
  const found = new Map<string, Entry>();
  for (const { code, path, got } of failures)
    if (OF_LISTS.includes(code) && path !== null && got !== null) found.set(`${got} ${path}`, { path, digest: got });
  return [...found.values()].slice(0, PROPOSED_MAX);
}
