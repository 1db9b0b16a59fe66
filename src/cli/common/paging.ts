import { type Document, request } from './client.js';
import { CliError, EXIT } from './errors.js';
import { note, type Session } from './session.js';

/** A page of this many of the longest rows is within an operation's cost limit. */
export const MAX_PAGE = 100;

interface Page<Node> {
  readonly nodes: readonly Node[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** A connection, at the top or in a single object. */
interface Listed<Node> {
  readonly items?: Page<Node> | null;
  readonly item?: { readonly items: Page<Node> | null } | null;
}

interface Paged {
  readonly first?: number | null;
  readonly after?: string | null;
}

/** A document that lists: the connection has the alias `items`, and an object around it the alias `item`. */
export type List<Node, Variables> = Document<Listed<Node>, Variables & Paged>;

/** Reads pages until it has `limit` rows or no more exist; `pageMax` is for rows that cost more than others. */
export async function listAll<Node, Variables>(
  session: Session,
  document: List<Node, Variables>,
  variables: NoInfer<Variables>,
  limit: number,
  pageMax = MAX_PAGE,
): Promise<Node[]> {
  const rows: Node[] = [];
  let after: string | null = null;
  do {
    const first = Math.min(pageMax, limit - rows.length);
    const asked: Variables & Paged = { ...variables, first, after };
    const { item, items } = await request<Listed<Node>, Variables & Paged>(session.connection, document, asked);
    const page: Page<Node> | null | undefined = item ? item.items : items;
    if (!page) throw new CliError('the server returned no list', EXIT.unavailable);
    rows.push(...page.nodes);
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  } while (after !== null && rows.length < limit);
  if (after !== null) note(session, `these are the first ${rows.length}; more exist (--limit)`);
  return rows;
}
