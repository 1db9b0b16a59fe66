import { request, type Variables } from './client.js';
import { CliError, EXIT } from './errors.js';
import type { Row } from './output.js';
import { note, type Session } from './session.js';

const MAX_PAGE = 200;

interface Page {
  readonly nodes: readonly Row[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** Follows a connection, aliased `items` in the document, until `limit` rows are there or no more exist. */
export async function listAll(session: Session, document: string, variables: Variables, limit: number): Promise<Row[]> {
  const rows: Row[] = [];
  let after: string | null = null;
  do {
    const first = Math.min(MAX_PAGE, limit - rows.length);
    const answer: { items: Page | null } = await request(session.connection, document, { ...variables, first, after });
    if (answer.items === null) throw new CliError('the server answered no list', EXIT.unavailable);
    rows.push(...answer.items.nodes);
    after = answer.items.pageInfo.hasNextPage ? answer.items.pageInfo.endCursor : null;
  } while (after !== null && rows.length < limit);
  if (after !== null) note(session, `these are the first ${rows.length}; more exist (--limit)`);
  return rows;
}
