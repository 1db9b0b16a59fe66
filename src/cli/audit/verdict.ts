import type { Fault, Place } from '../../audit/chain/index.js';
import { CliError } from '../common/errors.js';
import { type Format, isData, toData } from '../common/table.js';
import { print } from '../common/terminal.js';

/** Also the faults that only a kept head shows: the chain ends before it, or has another hash there. */
export interface ChainFault extends Omit<Fault, 'kind'> {
  readonly kind: Fault['kind'] | 'CUT' | 'REWRITTEN';
}

export interface Verdict {
  /** The first entry that was verified, and the last one that is unchanged. */
  readonly firstSeq: number;
  readonly verifiedSeq: number;
  readonly fault: ChainFault | null;
  /** Other information for people. */
  readonly notes: readonly string[];
}

const WORDS: Readonly<Record<ChainFault['kind'], string>> = {
  CHANGED: 'the entry or its hash is not what was sealed',
  REMOVED: 'the entry or its place is missing',
  REORDERED: 'another entry is in this place',
  ADDED: 'this entry was never sealed, and was put between sealed ones',
  UNSIGNED: 'nothing was signed that covers the entries from here on',
  HEAD_MISMATCH: 'an entry between this head and the one before was replaced',
  HEAD_INVALID: 'the signature of this head is not by its key',
  KEY_UNKNOWN: 'this head is by a key that is not known',
  CUT: 'the chain ends before the kept head',
  REWRITTEN: 'the chain and the kept head have different hashes here',
};

/** Compares a kept head with the chain's place of the same number. */
export function compareKept(kept: Place, found: Place | null): ChainFault | null {
  if (found === null) return { kind: 'CUT', seq: kept.seq, entryId: null };
  return found.hash === kept.hash ? null : { kind: 'REWRITTEN', seq: kept.seq, entryId: null };
}

/** Prints a verdict; if there is a fault, throws an error with exit code 1. */
export function report({ notes, ...verdict }: Verdict, format: Format): void {
  const { firstSeq, verifiedSeq, fault } = verdict;
  if (isData(format)) print(toData(format, verdict));
  else {
    print(
      verifiedSeq < firstSeq
        ? 'Nothing was verified.'
        : `Entries ${firstSeq} to ${verifiedSeq} are as they were sealed.`,
    );
    for (const note of notes) print(note);
  }
  if (fault === null) return;
  const where = [fault.seq === null ? '' : ` at ${fault.seq}`, fault.entryId === null ? '' : ` (${fault.entryId})`];
  throw new CliError(`${fault.kind}${where.join('')}: ${WORDS[fault.kind]}`);
}
