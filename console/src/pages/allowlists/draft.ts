import type { Content } from './diff.js';
import { pcrRulesIn } from './pcr-rules.js';
import { type Entry, withEntries } from './runtime-policy.js';

/** Where the runtime policy of a new revision comes from. */
export type Source =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'file'; readonly file: File }
  /** That of a revision, when it is too large to be shown. */
  | { readonly kind: 'stored'; readonly revisionId: string; readonly size: number };

/** A new revision as a person writes it. */
export interface Draft {
  readonly source: Source;
  /** One in a line. */
  readonly excludes: string;
  readonly tpmPolicy: string;
  readonly vtpmPolicy: string;
}

/** Longer lists are not edited on the page. */
export const EDITED_MAX = 256 * 1024;
/** Longer lists are not read by the page: it neither compares them nor adds to them. */
export const READ_MAX = 8 * 1024 * 1024;

export const EMPTY: Draft = { source: { kind: 'text', text: '' }, excludes: '', tpmPolicy: '', vtpmPolicy: '' };

/** A revision that a draft begins with. */
interface Begun extends Pick<Content, 'imaPolicy' | 'imaPolicySize' | 'imaPolicyExcludes'> {
  readonly id: string;
  readonly tpmPolicy: string | null;
  readonly vtpmPolicy: string | null;
}

/** A draft with the content of a revision. */
export function draftOf(revision: Begun): Draft {
  const { id, imaPolicy, imaPolicySize, imaPolicyExcludes, tpmPolicy, vtpmPolicy } = revision;
  const size = imaPolicySize ?? 0;
  return {
    source: size > EDITED_MAX ? { kind: 'stored', revisionId: id, size } : { kind: 'text', text: imaPolicy ?? '' },
    excludes: (imaPolicyExcludes ?? []).join('\n'),
    tpmPolicy: tpmPolicy ?? '',
    vtpmPolicy: vtpmPolicy ?? '',
  };
}

/** Something wrong that a person can put right before anything is sent. */
export class DraftProblem extends Error {}

/** A draft whose runtime policy is at hand, whole. */
export interface Settled {
  /** Null without a runtime policy. */
  readonly policy: Blob | null;
  readonly excludes: readonly string[];
  readonly tpmPolicy: string | null;
  readonly vtpmPolicy: string | null;
  /** For comparing. */
  readonly content: Content;
}

/**
 * Reads what a draft names, and adds entries to it.
 *
 * @param read the content of a stored revision.
 * @throws DraftProblem.
 */
export async function settle(
  draft: Draft,
  entries: readonly Entry[],
  read: (revisionId: string) => Promise<Blob>,
): Promise<Settled> {
  const policy = await policyOf(draft.source, entries, read);
  const excludes = draft.excludes.split('\n').filter((line) => line.trim() !== '');
  const tpmPolicy = draft.tpmPolicy.trim() === '' ? null : draft.tpmPolicy;
  const vtpmPolicy = draft.vtpmPolicy.trim() === '' ? null : draft.vtpmPolicy;
  if (policy === null && tpmPolicy === null && vtpmPolicy === null)
    throw new DraftProblem('Give a runtime policy or PCR values: a revision without any would allow nothing.');
  if (policy === null && excludes.length > 0)
    throw new DraftProblem('Excludes belong to a runtime policy, and there is none.');
  const content = {
    imaPolicy: policy === null || policy.size > READ_MAX ? null : await policy.text(),
    imaPolicySize: policy?.size ?? null,
    imaPolicyExcludes: excludes,
    tpmPcrs: pcrRulesIn(draft.tpmPolicy),
    vtpmPcrs: pcrRulesIn(draft.vtpmPolicy),
  };
  return { policy, excludes, tpmPolicy, vtpmPolicy, content };
}

async function policyOf(
  source: Source,
  entries: readonly Entry[],
  read: (revisionId: string) => Promise<Blob>,
): Promise<Blob | null> {
  if (source.kind === 'text')
    return source.text.trim() === '' && entries.length === 0 ? null : added(source.text, entries);
  const whole = source.kind === 'file' ? source.file : await read(source.revisionId);
  if (entries.length === 0) return whole;
  if (whole.size > READ_MAX)
    throw new DraftProblem('This list is too large to add to it here: add the files to it, and give it as a file.');
  return added(await whole.text(), entries);
}

function added(text: string, entries: readonly Entry[]): Blob {
  const whole = withEntries(text, entries);
  if (whole === null) throw new DraftProblem('The list is not valid JSON, so nothing can be added to it.');
  return new Blob([whole]);
}
