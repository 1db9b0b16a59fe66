import {
  type Checked,
  checkSeals,
  GENESIS,
  type Place,
  parsePublicKeys,
  type VerificationKeys,
  verifyPlace,
} from '../../audit/chain/index.js';
import { CliError, EXIT, messageOf } from '../common/errors.js';
import { readTextFile } from '../common/files.js';
import { type Part, readExport } from './read-export.js';
import { type ChainFault, compareKept, type Verdict } from './verdict.js';

const KEY_MAX_BYTES = 64 * 1024;

/** Verifies an export without a server, with public keys from another source than the export. */
export async function verifyExport(file: string, keyFile: string, kept: Place | null): Promise<Verdict> {
  const keys = await readKeys(keyFile);
  let checked: Checked = { place: GENESIS, fault: null };
  let firstSeq = 1;
  let signedSeq = 0;
  let atKept: Place | null = null;
  for await (const part of readExport(file)) {
    if ('seals' in part) {
      checked = checkSeals(checked.place, part.seals, keys);
      signedSeq = part.seals.findLast(({ head }) => head !== null)?.seq ?? signedSeq;
    } else {
      checked = beginning(part, keys);
      firstSeq = checked.place.seq + 1;
      signedSeq = checked.place.seq;
    }
    const places = 'seals' in part ? part.seals : [checked.place];
    atKept ??= places.find(({ seq }) => seq === kept?.seq) ?? null;
    if (checked.fault) break;
  }
  const fault: ChainFault | null = checked.fault ?? unsigned(checked.place, signedSeq);
  const verdict = { firstSeq, verifiedSeq: checked.place.seq, notes: [] };
  if (fault || kept === null) return { ...verdict, fault };
  if (kept.seq < firstSeq - 1) throw new CliError(`the export begins after the kept head, at ${kept.seq}`);
  return { ...verdict, fault: compareKept(kept, atKept) };
}

/** Trusts the beginning of a partial export at first; the next head shows whether it is correct. */
function beginning(part: Exclude<Part, { seals: unknown }>, keys: VerificationKeys): Checked {
  if ('before' in part) return { place: part.before, fault: null };
  const verdict = verifyPlace('trim', part.trim, keys);
  const kind = verdict === 'unknown' ? 'KEY_UNKNOWN' : 'HEAD_INVALID';
  return { place: part.trim, fault: verdict === 'valid' ? null : { kind, seq: part.trim.seq, entryId: null } };
}

const unsigned = ({ seq }: Place, signedSeq: number): ChainFault | null =>
  seq > signedSeq ? { kind: 'UNSIGNED', seq: signedSeq + 1, entryId: null } : null;

async function readKeys(file: string): Promise<VerificationKeys> {
  const pem = await readTextFile(file, KEY_MAX_BYTES);
  try {
    return parsePublicKeys(pem);
  } catch (error) {
    throw new CliError(`${file} cannot be used: ${messageOf(error)}`, EXIT.usage);
  }
}
