import { createHash } from 'node:crypto';
import type { Context } from '../../authority/index.js';
import type { Db } from '../../db/open.js';
import type { Lease } from '../../platform/byte-budget.js';
import { badInput, invalid } from '../../platform/errors.js';
import type { Id } from '../../platform/ids.js';
import { encodeText, loadContent } from '../../uploads/contents/index.js';
import { findUploaded } from '../../uploads/uploads/index.js';
import type { Evidence } from '../verifier/index.js';

/** The longest log that is judged, in bytes: all of it is in memory meanwhile. */
const LOG_BYTES_MAX = 100 * 1024 * 1024;

export interface SubmitEvidence {
  readonly attestationId: string;
  readonly quote: Evidence['quote'];
  readonly imaLog?: string | null | undefined;
  readonly imaLogUploadId?: Id<'Upload'> | null | undefined;
  readonly imaOffset?: number | null | undefined;
}

/** A log that was not looked at yet. */
interface Log {
  /** sha256:hex. */
  readonly digest: string;
  /** Its bytes, in memory that is leased before they are loaded, and that can be handed over. */
  read(db: Db, lease: Lease): Promise<Uint8Array>;
}

/** What was submitted, and a digest that tells two submissions apart. */
export interface Submission {
  readonly evidence: Pick<Evidence, 'quote' | 'imaOffset'>;
  readonly log: Log | null;
  readonly digest: string;
}

/** Finds where the log was put; the rest is the verifier's to decode. Nothing is loaded. */
export async function readSubmission(context: Context, input: SubmitEvidence): Promise<Submission> {
  const { message, signature, pcrs } = input.quote;
  if (input.imaLog != null && input.imaLogUploadId != null) {
    throw badInput('The log is given twice: give imaLog or imaLogUploadId.', { argument: 'imaLogUploadId' });
  }
  const log = await findLog(context, input);
  const imaOffset = input.imaOffset ?? 0;
  const digest = createHash('sha256')
    .update(JSON.stringify([message, signature, pcrs, log?.digest ?? null, imaOffset]))
    .digest('hex');
  return { evidence: { quote: { message, signature, pcrs }, imaOffset }, log, digest };
}

async function findLog(context: Context, { imaLog, imaLogUploadId }: SubmitEvidence): Promise<Log | null> {
  if (imaLogUploadId != null) {
    const content = await findUploaded(context, imaLogUploadId, 'imaLogUploadId');
    if (content.size > LOG_BYTES_MAX) throw invalid(`A log has at most ${LOG_BYTES_MAX} bytes.`, 'imaLogUploadId');
    return { digest: content.digest, read: (db, lease) => loadContent(db, content, lease) };
  }
  if (imaLog == null) return null;
  const digest = `sha256:${createHash('sha256').update(imaLog).digest('hex')}`;
  return { digest, read: async (_, lease) => encodeText(imaLog, lease) };
}
