import { and, eq, notExists, sql } from 'drizzle-orm';
import type { Sweep } from '../../authority/index.js';
import { removeSome } from '../../db/remove-some.js';
import { begunBefore, expiredBefore } from './repository.js';
import { joinings, joinTokens } from './tables.js';

const SWEPT_AT_ONCE = 500;
/** A TPM needs minutes at most; a machine that is slower begins again. */
const JOINING_MS = 3_600_000;

/** Removes what machines left that began to join and did not go on. */
export const joiningSweep: Sweep = {
  name: 'machines that did not go on joining',
  removes: [joinings],
  removeSome: ({ db, clock }) =>
    removeSome(db, joinings.secretHash, begunBefore(new Date(clock.now().getTime() - JOINING_MS)), SWEPT_AT_ONCE),
};

/** Removes tokens after their retention; what began by them goes before. */
export const joinTokenSweep: Sweep = {
  name: 'expired join tokens',
  removes: [joinTokens],
  removeSome: ({ db, clock, settings }) => {
    const before = expiredBefore(new Date(clock.now().getTime() - settings.joinTokenRetentionMs));
    const begun = db.select({ one: sql`1` }).from(joinings).where(eq(joinings.joinTokenId, joinTokens.id));
    return removeSome(db, joinTokens.id, and(before, notExists(begun)), SWEPT_AT_ONCE);
  },
};
