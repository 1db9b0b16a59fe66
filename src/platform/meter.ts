/** What use cases report for operators to watch. Every label has few values; nothing that callers chose is one. */
export interface Meter {
  /** Evidence was judged; each code once. */
  verified(verdict: 'ACCEPTED' | 'REJECTED', codes: ReadonlySet<string>): void;
  /** The candidate policies would have decided otherwise than those in force. */
  wouldChange(policy: string, scope: string, change: string): void;
}
