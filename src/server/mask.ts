import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { databaseFault } from '../db/errors.js';
import { badInput, Refusal, unavailable } from '../platform/errors.js';
import type { Logger } from '../platform/log.js';

const CALLERS = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_REQUEST',
  'BAD_USER_INPUT',
  'PERSISTED_QUERY_NOT_SUPPORTED',
  'OPERATION_RESOLUTION_FAILURE',
]);

/** What a caller is told of an error: refusals and its own mistakes as they are, every other fault nothing but a code. */
export function maskError(formatted: GraphQLFormattedError, error: unknown, log: Logger): GraphQLFormattedError {
  const original = unwrapResolverError(error);
  const refusal = original instanceof Refusal ? original : refusalFrom(original);
  const place = {
    ...(formatted.path && { path: formatted.path }),
    ...(formatted.locations && { locations: formatted.locations }),
  };
  if (refusal) return { message: refusal.message, ...place, extensions: { ...refusal.extensions } };
  const code = String(formatted.extensions?.code ?? '');
  if (original instanceof GraphQLError && CALLERS.has(code)) {
    return { message: formatted.message, ...place, extensions: { code: 'BAD_USER_INPUT' } };
  }
  log.error(
    {
      err: {
        type: (original as Error)?.name,
        message: (original as Error)?.message,
        stack: (original as Error)?.stack,
      },
    },
    'a request failed',
  );
  return {
    message: 'Something went wrong; the request id finds it in the log.',
    ...place,
    extensions: { code: 'INTERNAL_SERVER_ERROR' },
  };
}

/** What a failed statement means to the caller, when it is not a fault of ours. */
export function refusalFrom(error: unknown): Refusal | null {
  const { kind } = databaseFault(error);
  if (kind === 'unstorable-text') return badInput('A text holds a character that cannot be stored.');
  return kind === 'unavailable' || kind === 'conflict' ? unavailable() : null;
}
