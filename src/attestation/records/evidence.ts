import { createHash } from 'node:crypto';
import type { Context } from '../../authority/index.js';
import { badInput } from '../../platform/errors.js';
import { takeUpload } from '../uploads/index.js';
import type { Evidence } from '../verifier/index.js';
import type { QuoteInput } from './log-in.js';

export interface SubmitEvidence {
  readonly attestationId: string;
  readonly quote: QuoteInput;
  readonly imaLog?: string | null | undefined;
  readonly imaLogUploadId?: string | null | undefined;
  readonly imaOffset?: number | null | undefined;
}

/** What was submitted, with the log in hand, and a digest that tells two submissions apart. */
export interface Submission {
  readonly evidence: Evidence;
  readonly digest: string;
}

/** Reads the log from where it was put; the rest is the verifier's to decode. */
export async function readSubmission(context: Context, input: SubmitEvidence): Promise<Submission> {
  const { message, signature, pcrs } = input.quote;
  if (input.imaLog != null && input.imaLogUploadId != null) {
    throw badInput('The log is given twice: give imaLog or imaLogUploadId.', { argument: 'imaLogUploadId' });
  }
  const imaLog =
    input.imaLogUploadId == null
      ? (input.imaLog ?? undefined)
      : await takeUpload(context, input.imaLogUploadId, 'imaLogUploadId');
  const imaOffset = input.imaOffset ?? 0;
  const logDigest = imaLog === undefined ? null : createHash('sha256').update(imaLog).digest('hex');
  const digest = createHash('sha256')
    .update(JSON.stringify([message, signature, pcrs, logDigest, imaOffset]))
    .digest('hex');
  return { evidence: { quote: { message, signature, pcrs }, imaLog, imaOffset }, digest };
}
