/** What use cases report for operators to watch. Every label has few values; nothing that callers chose is one. */
export interface Meter {
  /** Evidence was judged; each code once. */
  verified(verdict: 'ACCEPTED' | 'REJECTED', codes: ReadonlySet<string>): void;
  /** Content found no room in memory: because of all that is in use, or of what its caller holds already. */
  refusedContent(limit: 'all' | 'caller'): void;
  /** The candidate policies would have decided otherwise than those in force. */
  wouldChange(policy: string, scope: string, change: string): void;
  /** A denial was counted with others of the same caller instead of being written at once. */
  denialsMerged(): void;
  /** Running a query as plain data failed by a mistake of ours; its answer came from graphql's own execution. */
  plainRunFaulted(): void;
  /** So many denials could not be written to the audit log. */
  denialsLost(count: number): void;
}
