import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { databaseFault, faultForLog } from '../../db/errors.js';
import { badInput, Refusal, unavailable } from '../../platform/errors.js';
import type { Logger } from '../../platform/log.js';

const CALLERS = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_REQUEST',
  'BAD_USER_INPUT',
  'PERSISTED_QUERY_NOT_SUPPORTED',
  'OPERATION_RESOLUTION_FAILURE',
]);

/** What a caller sees of an error: refusals and its own mistakes unchanged, of every other fault only a code. */
export function maskError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const place = {
    ...(formatted.path && { path: formatted.path }),
    ...(formatted.locations && { locations: formatted.locations }),
  };
  const refusal = refusalIn(error);
  if (refusal) return { message: refusal.message, ...place, extensions: { ...refusal.extensions } };
  if (isCallers(error, formatted.extensions?.code)) {
    return { message: formatted.message, ...place, extensions: { code: 'BAD_USER_INPUT' } };
  }
  return {
    message: 'An unexpected error occurred. The log has the details under the request id.',
    ...place,
    extensions: { code: 'INTERNAL_SERVER_ERROR' },
  };
}

/** Whether an error is neither a refusal nor the caller's mistake, and so belongs in the log. */
export function isFault(error: unknown): boolean {
  return refusalIn(error) === null && !isCallers(error, error instanceof GraphQLError && error.extensions.code);
}

function refusalIn(error: unknown): Refusal | null {
  const original = unwrapResolverError(error);
  return original instanceof Refusal ? original : refusalFrom(original);
}

function isCallers(error: unknown, code: unknown): boolean {
  return unwrapResolverError(error) instanceof GraphQLError && CALLERS.has(String(code ?? ''));
}

/** The refusal for an error outside of an operation; faults of the server are logged. */
export function refusalFor(error: unknown, log: Logger, requestId: string): Refusal {
  const refusal = refusalIn(error);
  if (refusal) return refusal;
  log.error({ requestId, err: faultForLog(error) }, 'a request failed');
  return new Refusal(
    'INTERNAL_SERVER_ERROR',
    'An unexpected error occurred. The log has the details under the request id.',
  );
}

/** What a failed statement means to the caller; null when it is a fault of the server. */
function refusalFrom(error: unknown): Refusal | null {
  const { kind } = databaseFault(error);
  if (kind === 'unstorable-text') return badInput('A text contains a character that the database cannot store.');
  return kind === 'unavailable' || kind === 'conflict' ? unavailable() : null;
}
