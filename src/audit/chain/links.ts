import { createHash } from 'node:crypto';
import { canonicalJson, type EntryForm } from './canonical.js';

/** A place in the chain: how many entries are sealed up to it, and their hash. */
export interface Place {
  readonly seq: number;
  /** sha256: and lower-case hex. */
  readonly hash: string;
}

/** Before the first entry. */
export const GENESIS: Place = { seq: 0, hash: `sha256:${'0'.repeat(64)}` };

/** The place of an entry after another one: each hash covers the one before, and so every entry so far. */
export function nextPlace(before: Place, entry: EntryForm): Place {
  const seq = before.seq + 1;
  const hash = createHash('sha256').update(`${before.hash}\n${seq}\n${canonicalJson(entry)}`);
  return { seq, hash: `sha256:${hash.digest('hex')}` };
}
