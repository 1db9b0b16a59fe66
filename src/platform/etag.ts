import { staleEtag } from './errors.js';

type Maybe<T> = T | null | undefined;

interface Versioned {
  readonly id: string;
  /** Counts the changes of the row. */
  readonly version: number;
}

/** Opaque to callers; every change of the object changes it. */
export const etagOf = ({ id, version }: Versioned): string => etagFrom(id, version);

/** An etag of the values that identify one state of an object. */
export const etagFrom = (...parts: readonly (string | number | null)[]): string =>
  Buffer.from(parts.join('.')).toString('base64url');

/** @throws UserErrors STALE_ETAG when the object changed since the caller read it. */
export function requireEtag(row: Versioned, etag: string, path = 'etag'): void {
  requireReviewed(etagOf(row), etag, path);
}

/** @throws UserErrors STALE_ETAG when the caller read another etag than the present one; null requires none. */
export function requireReviewed(present: string, read: Maybe<string>, path = 'etag'): void {
  if (read != null && read !== present) throw staleEtag(undefined, path);
}
