import { createClient, NetworkError } from 'graphql-sse';
import { type Document, refusedResponse } from './client.js';
import type { Connection } from './connection.js';
import { toApiError, unreachable } from './refusals.js';
import { exchange } from './transport.js';

/** Events of a stream apart from its data. */
export interface StreamOptions {
  /** Called when the server has started, with its time if it sent one. */
  readonly begun?: (date: string | null) => void;
}

const PATH = '/graphql/stream';

/** What the library passes on. */
interface StreamRequest {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly signal: AbortSignal;
}

/**
 * Follows a subscription and yields the data of each event, until the server ends it or the connection's signal aborts.
 *
 * @throws ApiError for a top-level error, and CliError with `EXIT.unavailable` when the connection fails.
 */
export async function* follow<Data, Variables extends object>(
  connection: Connection,
  document: Document<Data, Variables>,
  variables: NoInfer<Variables>,
  { begun = () => {} }: StreamOptions = {},
): AsyncGenerator<Data, void> {
  const { signal } = connection;
  // The library keeps only the message of what it throws.
  let failure: unknown;
  const client = createClient({
    url: PATH,
    retryAttempts: 0,
    fetchFn: async (path: string, { method, headers, body, signal: ends }: StreamRequest) => {
      const response = await exchange(connection, path, { method, headers, body, signal: ends }).catch((error) => {
        failure = error;
        throw error;
      });
      if (response.ok) begun(response.headers.get('date'));
      return response;
    },
  });
  const stop = () => client.dispose();
  signal?.addEventListener('abort', stop);
  try {
    const query = document.toString();
    for await (const { data, errors } of client.iterate<Data>({
      query,
      variables: { ...variables } as Record<string, unknown>,
    })) {
      if (errors?.[0]) throw toApiError(connection, errors[0]);
      if (data) yield data;
    }
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    if (error.response) throw await refusedResponse(connection, error.response);
    throw unreachable(connection, failure ?? error);
  } finally {
    signal?.removeEventListener('abort', stop);
    client.dispose();
  }
}
