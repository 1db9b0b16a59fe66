import type { Place } from '../../audit/chain/index.js';
import { VerifyAuditChainDocument, type VerifyAuditChainQuery } from '../../generated/documents.js';
import { request } from '../common/client.js';
import { CliError, EXIT } from '../common/errors.js';
import type { Session } from '../common/session.js';
import { type Chain, findPlace, getChain } from './chain.js';
import { type ChainFault, compareKept, type Verdict } from './verdict.js';

type Verification = NonNullable<VerifyAuditChainQuery['verification']>;

export interface Range {
  readonly fromSeq: number | undefined;
  readonly toSeq: number | undefined;
}

/** Lets the server verify its chain, step by step. */
export async function verifyServer(session: Session, range: Range, kept: Place | null): Promise<Verdict> {
  const chain = await getChain(session);
  const firstSeq = Math.max(range.fromSeq ?? 1, chain.firstSeq);
  const notes = notesOn(chain);
  let verified: Verification = { verifiedSeq: 0, nextSeq: range.fromSeq ?? null, fault: null };
  do {
    const variables = { fromSeq: verified.nextSeq, toSeq: range.toSeq };
    const answer: VerifyAuditChainQuery = await request(session.connection, VerifyAuditChainDocument, variables);
    if (answer.verification === null) throw new CliError('the server returned no verification', EXIT.unavailable);
    verified = answer.verification;
  } while (verified.nextSeq !== null);
  const { verifiedSeq, fault } = verified;
  return { firstSeq, verifiedSeq, notes, fault: fault ?? (kept && (await compareOnServer(session, chain, kept))) };
}

async function compareOnServer(session: Session, { trim }: Chain, kept: Place): Promise<ChainFault | null> {
  if (trim && kept.seq < trim.seq)
    throw new CliError(`the kept head, at ${kept.seq}, is in the dropped part, up to ${trim.seq}`);
  return compareKept(kept, trim?.seq === kept.seq ? trim : await findPlace(session, kept.seq));
}

function notesOn({ head, trim, unsealedCount, oldestUnsealedAt }: Chain): string[] {
  const notes: string[] = [];
  if (trim) notes.push(`Entries up to ${trim.seq} were dropped as too old on ${trim.signedAt}.`);
  if (head) notes.push(`The newest head is of ${head.signedAt}, by key ${head.keyId}.`);
  if (unsealedCount > 0) notes.push(`${unsealedCount} wait to be sealed, the oldest since ${oldestUnsealedAt}.`);
  return notes;
}
