import type { EntryForm, Place, Seal } from '../../audit/chain/index.js';
import {
  AuditChainDocument,
  type AuditChainQuery,
  AuditSealsDocument,
  type AuditSealsQuery,
} from '../../generated/documents.js';
import { request } from '../common/client.js';
import { CliError, EXIT } from '../common/errors.js';
import type { Session } from '../common/session.js';

const PAGE = 200;

/** The chain as the API returns it. */
export type Chain = NonNullable<AuditChainQuery['chain']>;

export async function getChain(session: Session): Promise<Chain> {
  const { chain } = await request(session.connection, AuditChainDocument, {});
  if (chain === null) throw new CliError('the server returned no chain', EXIT.unavailable);
  return chain;
}

// What the hash covers is what came; verification finds what does not have the form.
const formOf = (form: Readonly<Record<string, unknown>>) => form as unknown as EntryForm;

/** The seals from a sequence number on, page by page. */
export async function* listSeals(session: Session, fromSeq: number): AsyncGenerator<readonly Seal[]> {
  let after: string | null = null;
  do {
    const variables = { first: PAGE, fromSeq, after };
    const answer: AuditSealsQuery = await request(session.connection, AuditSealsDocument, variables);
    if (answer.items === null) throw new CliError('the server returned no list', EXIT.unavailable);
    yield answer.items.nodes.map(({ entry, ...seal }) => ({ ...seal, entry: entry && formOf(entry.sealedForm) }));
    after = answer.items.pageInfo.hasNextPage ? answer.items.pageInfo.endCursor : null;
  } while (after !== null);
}

/** The place with this sequence number in the chain; null when there is none. */
export async function findPlace(session: Session, seq: number): Promise<Place | null> {
  const variables = { first: 1, fromSeq: seq };
  const { items } = await request(session.connection, AuditSealsDocument, variables);
  return items?.nodes.find((seal) => seal.seq === seq) ?? null;
}
