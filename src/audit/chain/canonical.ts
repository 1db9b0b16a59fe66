/** An audit entry in the form that is hashed; `docs/audit.md` defines it, and the API returns the same members. */
export interface EntryForm {
  readonly id: string;
  /** RFC 3339 in UTC with milliseconds, for example 2026-01-31T08:00:00.000Z. */
  readonly occurredAt: string;
  readonly action: string;
  readonly outcome: string;
  readonly actor: {
    readonly kind: string | null;
    readonly id: string | null;
    readonly name: string | null;
    readonly tokenId: string | null;
    readonly scopeType: string | null;
    readonly domainId: string | null;
    readonly projectId: string | null;
  };
  readonly targetType: string | null;
  readonly targetId: string | null;
  readonly domainId: string | null;
  readonly projectId: string | null;
  readonly requestId: string;
  readonly policy: string | null;
  readonly details: Readonly<Record<string, unknown>>;
}

/**
 * JSON in one spelling only (RFC 8785): members sorted by UTF-16 code units, no white space, numbers and strings as
 * ECMAScript writes them.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}
