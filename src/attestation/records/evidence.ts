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
  const { imaLog, logDigest } = await readLog(context, input);
  const imaOffset = input.imaOffset ?? 0;
  const digest = createHash('sha256')
    .update(JSON.stringify([message, signature, pcrs, logDigest, imaOffset]))
    .digest('hex');
  return { evidence: { quote: { message, signature, pcrs }, imaLog, imaOffset }, digest };
}

async function readLog(context: Context, { imaLog, imaLogUploadId }: SubmitEvidence) {
  if (imaLogUploadId != null) {
    const { bytes, digest } = await takeUpload(context, imaLogUploadId, 'imaLogUploadId');
    return { imaLog: bytes, logDigest: digest };
  }
  if (imaLog == null) return { logDigest: null };
  return { imaLog, logDigest: `sha256:${createHash('sha256').update(imaLog).digest('hex')}` };
}
