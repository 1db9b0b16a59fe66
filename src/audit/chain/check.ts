import type { EntryForm } from './canonical.js';
import { type SignedPlace, verifyPlace } from './heads.js';
import type { VerificationKeys } from './keys.js';
import { nextPlace, type Place } from './links.js';

/** The possible faults of a chain; `schema/audit.graphql` explains each. */
export const FAULT_KINDS = [
  'CHANGED',
  'REMOVED',
  'REORDERED',
  'ADDED',
  'UNSIGNED',
  'HEAD_MISMATCH',
  'HEAD_INVALID',
  'KEY_UNKNOWN',
] as const;

export interface Fault {
  readonly kind: (typeof FAULT_KINDS)[number];
  /** Its place in the chain; null for an entry that is not in the chain. */
  readonly seq: number | null;
  /** The entry, where it is known. */
  readonly entryId: string | null;
}

/** One sealed entry as it was found: `entry` is null when it is gone; `head` was signed right after it. */
export interface Seal extends Place {
  readonly entryId: string;
  readonly entry: EntryForm | null;
  readonly head: SignedPlace | null;
}

export interface Checked {
  /** Up to here everything is as it was sealed. */
  readonly place: Place;
  /** The first fault after it. */
  readonly fault: Fault | null;
}

/** Follows the chain from a place through the next seals, as far as it is intact. */
export function checkSeals(start: Place, seals: readonly Seal[], keys: VerificationKeys): Checked {
  let place = start;
  for (const seal of seals) {
    const fault = checkSeal(place, seal, seals) ?? (seal.head && checkHead(seal, seal.head, keys));
    if (fault) return { place, fault };
    place = { seq: seal.seq, hash: seal.hash };
  }
  return { place, fault: null };
}

function checkSeal(before: Place, seal: Seal, all: readonly Seal[]): Fault | null {
  const { entryId, entry } = seal;
  const seq = before.seq + 1;
  if (seal.seq !== seq) return { kind: 'REMOVED', seq, entryId: null };
  if (entry === null) return { kind: 'REMOVED', seq, entryId };
  if (entry.id === entryId && nextPlace(before, entry).hash === seal.hash) return null;
  // The entry that belongs here, or the whole seal, may be at another place.
  const isElsewhere = all.some((other) => {
    if (other === seal || other.entry === null) return false;
    const { hash } = nextPlace(before, other.entry);
    return hash === seal.hash || hash === other.hash;
  });
  return { kind: isElsewhere ? 'REORDERED' : 'CHANGED', seq, entryId };
}

function checkHead(place: Place, head: SignedPlace, keys: VerificationKeys): Fault | null {
  const verdict = verifyPlace('head', head, keys);
  const of = { seq: head.seq, entryId: null };
  if (verdict === 'unknown') return { kind: 'KEY_UNKNOWN', ...of };
  if (verdict === 'invalid') return { kind: 'HEAD_INVALID', ...of };
  return head.seq === place.seq && head.hash === place.hash ? null : { kind: 'HEAD_MISMATCH', ...of };
}
