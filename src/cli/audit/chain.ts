import type { Place, Seal, SignedPlace } from '../../audit/chain/index.js';
import { request } from '../client.js';
import { GET_AUDIT_CHAIN, LIST_AUDIT_SEALS } from '../documents/audit.js';
import { CliError, EXIT } from '../errors.js';
import type { Session } from '../session.js';

const PAGE = 200;

/** The chain as the API tells it. */
export interface Chain {
  readonly firstSeq: number;
  readonly head: SignedPlace | null;
  readonly trim: SignedPlace | null;
  readonly unsealedCount: number;
  readonly oldestUnsealedAt: string | null;
  readonly keys: readonly { readonly keyId: string; readonly publicKey: string }[];
}

interface SealPage {
  readonly nodes: readonly Seal[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

export async function getChain(session: Session): Promise<Chain> {
  const { chain } = await request<{ chain: Chain | null }>(session.connection, GET_AUDIT_CHAIN);
  if (chain === null) throw new CliError('the server returned no chain', EXIT.unavailable);
  return chain;
}

/** The seals from a place on, page by page. */
export async function* listSeals(session: Session, fromSeq: number): AsyncGenerator<readonly Seal[]> {
  let after: string | null = null;
  do {
    const variables = { first: PAGE, fromSeq, after };
    const answer: { items: SealPage | null } = await request(session.connection, LIST_AUDIT_SEALS, variables);
    if (answer.items === null) throw new CliError('the server returned no list', EXIT.unavailable);
    yield answer.items.nodes;
    after = answer.items.pageInfo.hasNextPage ? answer.items.pageInfo.endCursor : null;
  } while (after !== null);
}

/** The place that one sequence number has in the chain; null when there is none. */
export async function findPlace(session: Session, seq: number): Promise<Place | null> {
  const variables = { first: 1, fromSeq: seq };
  const { items } = await request<{ items: SealPage | null }>(session.connection, LIST_AUDIT_SEALS, variables);
  return items?.nodes.find((seal) => seal.seq === seq) ?? null;
}
