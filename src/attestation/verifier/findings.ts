import { FAILURES, type Failure, type FailureCode, type Severity } from './failures.js';
import type { Counts, SeverityRule } from './types.js';

/** Limit of listed failures of log entries, for each severity; failures without an entry are always listed. */
const MAX_LISTED_ENTRIES = 600;
/** Limit of their text for each severity: results are stored, and many are listed at once. */
const MAX_LISTED_CHARACTERS = 256 * 1024;
const MAX_PATH_CHARACTERS = 1024;

type Details = Partial<Pick<Failure, 'pcr' | 'path' | 'entry' | 'expected' | 'got' | 'layer'>>;

/** Never cuts between the halves of a surrogate pair: half of one cannot be stored. */
function shorten(text: string): string {
  if (text.length <= MAX_PATH_CHARACTERS) return text;
  return `${text.slice(0, MAX_PATH_CHARACTERS).replace(/[\ud800-\udbff]$/, '')}…`;
}

function charactersOf({ message, path = '', got = '', expected = [] }: Failure): number {
  return expected.reduce((sum, value) => sum + value.length, message.length + path.length + got.length);
}

/** The counts before a verification reads anything. */
export const NO_COUNTS: Readonly<Counts> = {
  entries: 0,
  attested: 0,
  matched: 0,
  excluded: 0,
  ignored: 0,
  violations: 0,
  failures: 0,
  warnings: 0,
};

/** Collects the failures of one verification and decides its verdict. */
export class Findings {
  readonly failures: Failure[] = [];
  readonly counts: Counts = { ...NO_COUNTS };
  isTruncated = false;
  readonly #rules: readonly SeverityRule[];
  readonly #listed: Record<Severity, number> = { warning: 0, error: 0, fatal: 0 };
  readonly #characters: Record<Severity, number> = { warning: 0, error: 0, fatal: 0 };

  constructor(rules: readonly SeverityRule[] = []) {
    this.#rules = rules;
  }

  get isRejected(): boolean {
    return this.counts.failures > 0;
  }

  add(code: FailureCode, message = '', details: Details = {}): void {
    const kind = FAILURES[code];
    const severity = this.#severity(code, details);
    if (severity === 'warning') this.counts.warnings += 1;
    else this.counts.failures += 1;
    if (details.entry !== undefined && this.#isFull(severity)) {
      this.isTruncated = true;
      return;
    }
    const path = details.path === undefined ? {} : { path: shorten(details.path) };
    const text = message === '' ? kind.description : `${kind.description} ${message}`;
    const failure = { code, class: kind.class, severity, message: shorten(text), ...details, ...path };
    this.failures.push(failure);
    if (details.entry === undefined) return;
    this.#listed[severity] += 1;
    this.#characters[severity] += charactersOf(failure);
  }

  #isFull(severity: Severity): boolean {
    return this.#listed[severity] >= MAX_LISTED_ENTRIES || this.#characters[severity] >= MAX_LISTED_CHARACTERS;
  }

  /** No rule can relax an integrity failure: rules apply to genuine evidence only. */
  #severity(code: FailureCode, details: Details): Severity {
    const kind = FAILURES[code];
    if (kind.class !== 'POLICY') return kind.severity;
    const rule = this.#rules.find(
      ({ codes, pathPrefix, pcr }) =>
        (codes === undefined || codes.includes(code)) &&
        (pathPrefix === undefined || details.path?.startsWith(pathPrefix) === true) &&
        (pcr === undefined || details.pcr === pcr),
    );
    return rule?.severity ?? kind.severity;
  }
}
