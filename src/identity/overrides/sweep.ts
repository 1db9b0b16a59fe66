import { type Chore, chore, lockEpoch, type Sweep } from '../../authority/index.js';
import * as repository from './repository.js';
import { policyCandidateChanges, policyOverrides, policyRevisions } from './tables.js';

const INTERVAL_MS = 10_000;

/** Stores what this process counted for the candidate policies. */
export const candidateTally: Chore = {
  name: 'policy candidate',
  intervalMs: () => INTERVAL_MS,
  doSome: async ({ db, inForce }) => {
    await inForce.flush(db);
    return 0;
  },
};

/** A revision has a few hundred checks. */
const SWEPT_AT_ONCE = 20;

/** Revisions that are no longer in force, and candidates that ended. */
export const revisionSweep: Sweep = {
  name: 'policy revisions',
  removes: [policyRevisions, policyOverrides, policyCandidateChanges],
  removeSome: (services) =>
    chore(services, async ({ tx, now }) => {
      // A rollback reads a revision in several steps, and holds the epoch exclusively meanwhile.
      await lockEpoch(tx, 'share');
      const before = new Date(now.getTime() - services.settings.revisionRetentionMs);
      return repository.removePast(tx, before, SWEPT_AT_ONCE);
    }),
};
