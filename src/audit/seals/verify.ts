import type { Context } from '../../authority/index.js';
import type { Db } from '../../db/open.js';
import { badInput } from '../../platform/errors.js';
import {
  type Checked,
  checkSeals,
  type Fault,
  GENESIS,
  type Place,
  type VerificationKeys,
  verifyPlace,
} from '../chain/index.js';
import { readKeyFile } from './key-file.js';
import * as repository from './repository.js';
import type { HeadRow } from './tables.js';
import { sealOf, trimOf } from './views.js';

/** How many entries one call verifies at most. */
const VERIFIED_MAX = 600;

export interface Verification {
  /** Up to here the chain is as it was sealed. */
  readonly verifiedSeq: number;
  /** Where to continue; null when the range is done or a fault was found. */
  readonly nextSeq: number | null;
  readonly fault: Fault | null;
}

interface Range {
  readonly fromSeq?: number | null | undefined;
  readonly toSeq?: number | null | undefined;
}

/** The chain's two ends, and the part of it to check. */
interface Section {
  readonly first: Place;
  readonly newest: HeadRow | null;
  readonly fromSeq: number;
  readonly toSeq: number;
}

/** Follows the chain in the database through a range, as far as one call may. */
export function verifyAuditChain(
  { db: database, settings }: Pick<Context, 'db' | 'settings'>,
  range: Range,
): Promise<Verification> {
  const keys = readKeyFile(settings.auditKeyPath);
  return repository.atOnce(database, async (db) => {
    const { first, fault } = beginning(await repository.findTrim(db), keys);
    if (fault) return { verifiedSeq: first.seq, nextSeq: null, fault };
    const newest = await repository.findNewestHead(db);
    const lastSeq = newest?.seq ?? first.seq;
    const fromSeq = Math.max(range.fromSeq ?? 1, first.seq + 1);
    const wantedSeq = Math.min(range.toSeq ?? lastSeq, lastSeq);
    if (fromSeq > lastSeq + 1) throw badInput(`The chain ends at ${lastSeq}.`, { argument: 'fromSeq' });
    const toSeq = Math.min(wantedSeq, fromSeq + VERIFIED_MAX - 1);
    const checked = await checkSection(db, { first, newest, fromSeq, toSeq }, keys);
    const isDone = checked.fault !== null || toSeq >= wantedSeq;
    return { verifiedSeq: checked.place.seq, nextSeq: isDone ? null : toSeq + 1, fault: checked.fault };
  });
}

/** The place after which the chain begins: its genesis, or a head up to which it was dropped by a signed statement. */
function beginning(trimmed: HeadRow | null, keys: VerificationKeys): { first: Place; fault: Fault | null } {
  const trim = trimmed && trimOf(trimmed);
  if (!trim) return { first: GENESIS, fault: null };
  const verdict = verifyPlace('trim', trim, keys);
  if (verdict === 'valid') return { first: trim, fault: null };
  const kind = verdict === 'unknown' ? 'KEY_UNKNOWN' : 'HEAD_INVALID';
  return { first: trim, fault: { kind, seq: trim.seq, entryId: null } };
}

async function checkSection(db: Db, { first, newest, fromSeq, toSeq }: Section, keys: VerificationKeys) {
  // Also the seal before the section, on whose hash it builds, and the one after it, which needs a signature too.
  const rows = await repository.listSeals(db, fromSeq - 1, toSeq - fromSeq + 3);
  const before = rows.find(({ seq }) => seq === fromSeq - 1) ?? null;
  const start = fromSeq === first.seq + 1 ? first : before;
  const fault = (kind: Fault['kind'], seq: number | null, entryId: string | null = null) => ({ kind, seq, entryId });
  if (start === null) return { place: first, fault: fault('REMOVED', fromSeq - 1) };
  const section = rows.filter(({ seq }) => seq >= fromSeq && seq <= toSeq);
  const checked: Checked = checkSeals(start, section.map(sealOf), keys);
  if (checked.fault) return checked;
  const { place } = checked;
  if (place.seq < toSeq) return { place, fault: fault('REMOVED', place.seq + 1) };
  const last = section.at(-1)?.entry;
  const added = newest && last ? await repository.findAdded(db, newest, before?.entry ?? null, last) : null;
  if (added) return { place, fault: fault('ADDED', null, added) };
  const unsigned = rows.find(({ seq }) => seq > (newest?.seq ?? first.seq));
  return { place, fault: unsigned ? fault('UNSIGNED', unsigned.seq, unsigned.entryId) : null };
}
