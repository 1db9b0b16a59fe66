import { type Found, useDocument } from '../../api/queries.js';
import {
  AllowlistContentDocument,
  type AllowlistContentQuery,
  AllowlistRevisionsDocument,
  type AllowlistRevisionsQuery,
} from '../../generated/documents.js';

type Edge = NonNullable<NonNullable<AllowlistRevisionsQuery['allowlist']>['revisions']>['edges'][number];
/** A revision with its content. */
export type RevisionContent = NonNullable<
  NonNullable<AllowlistContentQuery['allowlist']>['revisions']
>['nodes'][number];

/** As many as the API gives at once. */
const REVISIONS_MAX = 200;

/** The revisions of a list, newest first, as far as they are shown. */
export function useRevisions(id: string) {
  const found = useDocument(AllowlistRevisionsDocument, { id, first: REVISIONS_MAX, after: null });
  const revisions = found.data?.allowlist?.revisions;
  return { found, edges: revisions?.edges ?? null, hasMore: revisions?.pageInfo.hasNextPage ?? false };
}

/** The revision that comes after a cursor is the one to read; the newest has none before it. */
function cursorBefore(edges: readonly Edge[], number: number | undefined): string | null | undefined {
  if (number === undefined) return null;
  const place = edges.findIndex(({ node }) => node.number === number);
  return place < 0 ? undefined : (edges[place - 1]?.cursor ?? null);
}

interface RevisionFound {
  readonly found: Found<unknown>;
  readonly revision: RevisionContent | null;
  /** Whether there is no such revision, or no more. */
  readonly isMissing: boolean;
}

/** One revision with its content: by its number, or the one in force. Two of them are the most that a page reads. */
export function useRevision(
  id: string,
  edges: readonly Edge[] | null,
  number: number | undefined,
  { isPaused = false } = {},
): RevisionFound {
  const after = edges === null ? undefined : cursorBefore(edges, number);
  const found = useDocument(
    AllowlistContentDocument,
    { id, after: after ?? null },
    { isPaused: isPaused || after === undefined },
  );
  const read = after === undefined ? undefined : found.data?.allowlist?.revisions?.nodes[0];
  const revision = read && (number === undefined || read.number === number) ? read : null;
  return { found, revision, isMissing: edges !== null && after === undefined };
}
