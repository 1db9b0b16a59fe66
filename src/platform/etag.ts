import { staleEtag } from './errors.js';

interface Versioned {
  readonly id: string;
  /** Counts the changes of the row. */
  readonly version: number;
}

/** Opaque to callers; every change of the object changes it. */
export function etagOf({ id, version }: Versioned): string {
  return Buffer.from(`${id}.${version}`).toString('base64url');
}

/** @throws UserErrors STALE_ETAG when the object changed since the caller read it. */
export function requireEtag(row: Versioned, etag: string, path = 'etag'): void {
  if (etag !== etagOf(row)) throw staleEtag(undefined, path);
}
