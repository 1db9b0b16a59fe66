import { useClient } from 'urql';
import { type Fault, faultOf } from '../../api/faults.js';
import { faultOfError } from '../../api/queries.js';
import { digestOf, readStoredPolicy, sendUpload } from '../../api/uploads.js';
import { CreateUploadDocument, type PublishAllowlistRevisionInput } from '../../generated/documents.js';
import { useViewer } from '../../kit/viewer.js';
import { type Draft, DraftProblem, type Settled, settle } from './draft.js';
import type { Entry } from './runtime-policy.js';

/** The content of a revision, as mutations take it. */
export type ContentInput = Pick<PublishAllowlistRevisionInput, 'imaPolicy' | 'tpmPolicy' | 'vtpmPolicy'>;

/** A draft that can be sent. */
export interface Prepared {
  readonly settled: Settled;
  readonly input: ContentInput;
}

/** Larger lists are uploaded first. */
const INLINE_MAX = 512 * 1024;

/** What went wrong while a draft was prepared. */
class Failed extends Error {
  readonly fault: Fault;
  constructor(fault: Fault) {
    super(fault.title);
    this.fault = fault;
  }
}

/** A function that makes a draft ready to be sent: it reads its file, and uploads what is large. */
export function usePreparing() {
  const { scope } = useViewer();
  const client = useClient();
  const upload = async (content: Blob): Promise<string> => {
    const input = { size: content.size, digest: await digestOf(content) };
    const { data, error } = await client.mutation(CreateUploadDocument.toString(), { input }).toPromise();
    if (error) throw new Failed(faultOfError(error));
    const { path, uploadId, userErrors } = data?.payload ?? {};
    if (!path || !uploadId) throw new DraftProblem(userErrors?.[0]?.message ?? 'The server took no upload.');
    const fault = await sendUpload(scope, path, content);
    if (fault) throw new Failed(fault);
    return uploadId;
  };
  const read = async (revisionId: string): Promise<Blob> => {
    const found = await readStoredPolicy(scope, revisionId);
    if (found instanceof Blob) return found;
    throw new Failed(found);
  };
  const imaPolicyOf = async ({ policy, excludes }: Settled) => {
    if (policy === null) return null;
    const content = policy.size > INLINE_MAX ? { uploadId: await upload(policy) } : { content: await policy.text() };
    return { ...content, ...(excludes.length > 0 && { excludes }) };
  };
  return async (draft: Draft, entries: readonly Entry[]): Promise<Prepared> => {
    const settled = await settle(draft, entries, read);
    const { tpmPolicy, vtpmPolicy } = settled;
    return { settled, input: { imaPolicy: await imaPolicyOf(settled), tpmPolicy, vtpmPolicy } };
  };
}

/** What to tell of a draft that could not be prepared. */
export function problemOf(error: unknown): string {
  if (error instanceof DraftProblem) return error.message;
  const { title, advice } = error instanceof Failed ? error.fault : faultOf({ message: '' });
  return `${title}. ${advice}`;
}
