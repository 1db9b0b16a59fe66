import type { Context } from '../../authority/index.js';
import type { Lease } from '../../platform/byte-budget.js';
import { invalid, UserErrors } from '../../platform/errors.js';
import { type Id, noId } from '../../platform/ids.js';
import { encodeText, type PackedContent, packContent, type StoredContent } from '../../uploads/contents/index.js';
import { findUploaded } from '../../uploads/uploads/index.js';
import { MAX_POLICY_BYTES, type PolicyProblem, parsePcrPolicy, RuntimePolicyError } from '../runtime-policy/index.js';
import { checkInWorker, type ListStream } from '../workers/index.js';
import { withStoredList } from './stored-list.js';

type Maybe<T> = T | null | undefined;

export interface ImaPolicyInput {
  readonly content?: Maybe<string>;
  readonly uploadId?: Maybe<Id<'Upload'>>;
  readonly excludes?: Maybe<readonly string[]>;
  /** sha256:hex. */
  readonly digest?: Maybe<string>;
}

/** The three policies, as the caller sends them. */
export interface RevisionInput {
  readonly imaPolicy?: Maybe<ImaPolicyInput>;
  readonly tpmPolicy?: Maybe<string>;
  readonly vtpmPolicy?: Maybe<string>;
}

/** The three policies, fully checked. */
export interface RevisionContent {
  readonly ima: {
    /** Packed when it came with the request; already stored when it was uploaded. */
    readonly content: PackedContent | StoredContent;
    readonly excludes: readonly string[];
    readonly pathCount: number;
  } | null;
  readonly tpmPolicy: string | null;
  readonly vtpmPolicy: string | null;
}

/**
 * Checks the content of a new revision. Takes seconds for the largest lists, so it runs before the transaction.
 * @param lease Holds the memory of the result, so it must not end before that is written.
 * @throws UserErrors INVALID with line and JSON pointer of each problem, for one policy at a time.
 */
export async function readRevision(context: Context, input: RevisionInput, lease: Lease): Promise<RevisionContent> {
  const { imaPolicy, tpmPolicy, vtpmPolicy } = input;
  if (imaPolicy == null && tpmPolicy == null && vtpmPolicy == null) {
    throw invalid('A revision must have at least one of imaPolicy, tpmPolicy and vtpmPolicy.');
  }
  const options = { hasImaPolicy: imaPolicy != null };
  checkPcrPolicy('tpmPolicy', tpmPolicy, options);
  checkPcrPolicy('vtpmPolicy', vtpmPolicy, options);
  const ima = imaPolicy == null ? null : await readIma(context, imaPolicy, lease);
  return { ima, tpmPolicy: tpmPolicy ?? null, vtpmPolicy: vtpmPolicy ?? null };
}

async function readIma(
  context: Context,
  input: ImaPolicyInput,
  lease: Lease,
): Promise<NonNullable<RevisionContent['ima']>> {
  const { content: text, uploadId } = input;
  const excludes = input.excludes ?? [];
  if ((text == null) === (uploadId == null)) throw invalid('Give either content or uploadId.', 'imaPolicy');
  const path = ['imaPolicy', text == null ? 'uploadId' : 'content'];
  const uploaded = text == null ? await findUploaded(context, uploadId ?? noId('Upload'), ...path) : null;
  const content = uploaded ?? (await packText(text ?? '', lease));
  if (input.digest != null && input.digest !== content.digest) {
    throw invalid(`The content has another digest: ${content.digest}.`, 'imaPolicy', 'digest');
  }
  const check = (list: Uint8Array | ListStream) => checkInWorker(list, excludes, lease).catch(refuseAt(path));
  const pathCount =
    uploaded === null
      ? await check(encodeText(text ?? '', lease))
      : await withStoredList(context.db, uploaded, lease, check);
  // The text was transferred to the thread, and is freed with its work.
  if (uploaded === null) lease.give(content.size);
  return { content, excludes, pathCount };
}

async function packText(text: string, lease: Lease): Promise<PackedContent> {
  const bytes = encodeText(text, lease);
  const packed = await packContent(bytes, MAX_POLICY_BYTES, lease);
  lease.give(bytes.length);
  return packed;
}

function checkPcrPolicy(name: 'tpmPolicy' | 'vtpmPolicy', text: Maybe<string>, options: { hasImaPolicy: boolean }) {
  try {
    if (text != null) parsePcrPolicy(text, options);
  } catch (error) {
    refuseAt([name])(error);
  }
}

/** Turns the problems of a policy into user errors at an input field. */
const refuseAt = (path: readonly string[]) => (error: unknown) => {
  if (!(error instanceof RuntimePolicyError)) throw error;
  throw new UserErrors(
    error.problems.map((problem) => ({ code: 'INVALID', message: sentence(problem), path: pathOf(problem, path) })),
  );
};

function sentence({ line, pointer, message }: PolicyProblem): string {
  const place = [line === undefined ? null : `line ${line}`, pointer].filter((part) => part != null && part !== '');
  return [...place, message].join(': ');
}

/** The compiler reports separate excludes under a pointer of their own. */
function pathOf({ pointer }: PolicyProblem, path: readonly string[]): readonly string[] {
  const index = /^\/excludeList\/(\d+)$/.exec(pointer ?? '')?.[1];
  return index === undefined ? path : ['imaPolicy', 'excludes', index];
}
