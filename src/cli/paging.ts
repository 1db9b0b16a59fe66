import { request, type Variables } from './client.js';
import { CliError, EXIT } from './errors.js';
import type { Row } from './output.js';
import { note, type Session } from './session.js';

/** Of the longest rows so many are within what one operation may cost. */
export const MAX_PAGE = 100;

interface Page {
  readonly nodes: readonly Row[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** A connection, or one of a single object. */
interface Answer {
  readonly items?: Page | null;
  readonly item?: { readonly items: Page | null } | null;
}

/**
 * Follows a connection, aliased `items` in the document, or in one object there that is aliased `item`, until `limit`
 * rows are there or no more exist; `pageMax` is for rows that cost more than others.
 */
export async function listAll(
  session: Session,
  document: string,
  variables: Variables,
  limit: number,
  pageMax = MAX_PAGE,
): Promise<Row[]> {
  const rows: Row[] = [];
  let after: string | null = null;
  do {
    const first = Math.min(pageMax, limit - rows.length);
    const answer: Answer = await request(session.connection, document, { ...variables, first, after });
    const page: Page | null | undefined = answer.item ? answer.item.items : answer.items;
    if (!page) throw new CliError('the server returned no list', EXIT.unavailable);
    rows.push(...page.nodes);
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  } while (after !== null && rows.length < limit);
  if (after !== null) note(session, `these are the first ${rows.length}; more exist (--limit)`);
  return rows;
}
