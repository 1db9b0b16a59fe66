import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { type PublicArea, parsePublicArea } from './public-area.js';

/** A key takes a few KiB, most of it inside OpenSSL. */
const KNOWN_MAX = 4096;

const known = new LRUCache<string, PublicArea>({ max: KNOWN_MAX });

/**
 * `parsePublicArea` for keys that come again and again: to import one costs several times what it verifies a signature
 * with, and so does its first use.
 *
 * @throws TpmFormatError as `parsePublicArea` does.
 */
export function knownPublicArea(bytes: Uint8Array): PublicArea {
  const digest = hash('sha256', bytes, 'binary');
  const found = known.get(digest);
  if (found !== undefined) return found;
  // A copy, since an area shares memory with what it was read from, which may be much larger.
  const area = parsePublicArea(Uint8Array.from(bytes));
  known.set(digest, area);
  return area;
}
