/** What use cases report for operators to watch. Every label has few values; nothing that callers chose is one. */
export interface Meter {
  /** Evidence was judged; each code once. */
  verified(verdict: 'ACCEPTED' | 'REJECTED', codes: ReadonlySet<string>): void;
}
