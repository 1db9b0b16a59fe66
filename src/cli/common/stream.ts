import { createClient, NetworkError } from 'graphql-sse';
import {
  authorizationOf,
  type Connection,
  type Document,
  noAnswer,
  reasonOf,
  refusedResponse,
  toApiError,
} from './client.js';

/** Events of a stream apart from its data. */
export interface StreamOptions {
  /** Called when the server has started, with its time if it sent one. */
  readonly begun?: (date: string | null) => void;
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
  const { server, signal } = connection;
  const client = createClient({
    url: `${server}/graphql/stream`,
    retryAttempts: 0,
    headers: authorizationOf(connection),
    fetchFn: async (url: string, init: RequestInit) => {
      // A redirect could lead the token to another host.
      const response = await fetch(url, { ...init, redirect: 'error' }).catch((error: unknown) => {
        // The library keeps only the message, which only reports that it failed.
        throw new Error(reasonOf(error));
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
      if (errors?.[0]) throw toApiError(errors[0]);
      if (data) yield data;
    }
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    if (error.response) throw await refusedResponse(connection, error.response);
    throw noAnswer(connection, reasonOf(error));
  } finally {
    signal?.removeEventListener('abort', stop);
    client.dispose();
  }
}
