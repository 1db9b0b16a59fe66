/** What use cases report to operators. Every label has few values, and callers choose none of them. */
export interface Meter {
  /** Evidence was verified; each code counts once. */
  verified(verdict: 'ACCEPTED' | 'REJECTED', codes: ReadonlySet<string>): void;
  /** Content found no room in memory: because of all that is in use, or of what its caller already holds. */
  refusedContent(limit: 'all' | 'caller'): void;
  /** The candidate policies would have decided differently from those in force. */
  wouldChange(policy: string, scope: string, change: string): void;
  /** A denial was counted with others of the same caller instead of being written at once. */
  denialsMerged(): void;
  /** A run of a query as plain data failed by a mistake of the server; graphql's own execution answered. */
  plainRunFaulted(): void;
  /** This many denials could not be written to the audit log. */
  denialsLost(count: number): void;
}
