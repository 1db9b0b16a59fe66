import {
  ApolloServer,
  type ApolloServerPlugin,
  type GraphQLRequestListener,
  HeaderMap,
  type HTTPGraphQLHead,
} from '@apollo/server';
import { unwrapResolverError } from '@apollo/server/errors';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { FormattedExecutionResult, GraphQLError } from 'graphql';
import type { Context } from '../../authority/index.js';
import { faultForLog } from '../../db/errors.js';
import { CODES, type ErrorCode } from '../../platform/error-catalogue.js';
import { badInput, Refusal } from '../../platform/errors.js';
import type { Logger } from '../../platform/log.js';
import { recordDenial } from '../guard/denials.js';
import type { Guarded } from '../guard/enforce.js';
import { Costs } from '../limits/cost.js';
import { rememberValid } from '../limits/document.js';
import { LIMITS } from '../limits/operation-limits.js';
import { type HearFault, type Runner, runnerOf, stockRunnerOf } from './execution.js';
import { isFault, maskError } from './mask.js';

export interface GraphqlOptions {
  /** Whether repeated queries run as plain data where possible; on by default. */
  readonly runsPlain?: boolean | undefined;
  readonly watchers?: readonly ApolloServerPlugin<Context>[];
}

/** Operations that `runBare` does not run are run with every field guarded. */
export function createGraphql(
  guarded: Guarded,
  log: Logger,
  { runsPlain = true, watchers = [] }: GraphqlOptions = {},
): ApolloServer<Context> {
  return new ApolloServer<Context>({
    schema: guarded.shielded,
    introspection: true,
    csrfPrevention: true,
    includeStacktraceInErrorResponses: false,
    persistedQueries: false,
    allowBatchedHttpRequests: false,
    hideSchemaDetailsFromClientErrors: true,
    parseOptions: { maxTokens: LIMITS.tokens },
    // The bounds of documents are checked before (document.ts).
    validationOptions: { maxErrors: LIMITS.mistakes },
    stopOnTerminationSignals: false,
    formatError: maskError,
    logger: {
      debug: () => {},
      info: () => {},
      warn: (message) => log.warn(String(message)),
      error: (message) => log.error(String(message)),
    },
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      requestRules(guarded, new Costs(guarded.bare)),
      ...watchers,
      runBare(guarded, runsPlain ? runnerOf(guarded.bare, hearFault) : stockRunnerOf(guarded.bare)),
    ],
  });
}

/** Checks what depends on variables: validation is cached across callers. */
const requestRules = (guarded: Guarded, costs: Costs): ApolloServerPlugin<Context> => ({
  requestDidStart: async () => ({
    didResolveOperation: async ({ operation, document, request, contextValue }) => {
      if (operation?.operation === 'subscription') throw badInput('Subscriptions are served at /graphql/stream.');
      guarded.requireWithinLimit(document, contextValue);
      if (!operation) return;
      if (request.query !== undefined) rememberValid(request.query);
      const cost = costs.requireWithin(operation, document, request.variables ?? {});
      contextValue.charge(cost, operation.operation);
    },
    didEncounterErrors: async ({ contextValue, errors }) => logFaults(contextValue, errors),
    willSendResponse: async ({ contextValue, request, response, errors, document, operationName }) => {
      if (response.body.kind !== 'single') return;
      const { singleResult } = response.body;
      for (const error of singleResult.errors ?? []) {
        (error as { extensions?: object }).extensions = { ...error.extensions, requestId: contextValue.requestId };
      }
      response.http.status = statusOf(response.http.status, errors, request.http?.headers.get('accept'));
      sayRetryAfter(response.http, singleResult);
      await recordDenial(contextValue, singleResult.errors ?? [], document && { document, operationName });
    },
  }),
});

/** Runs an operation on the schema without guards when every guard allows it. */
function runBare(guarded: Guarded, run: Runner): ApolloServerPlugin<Context> {
  const hooks: GraphQLRequestListener<Context> = {
    responseForOperation: async ({ document, contextValue, request: { variables, operationName } }) => {
      if (!guarded.allowsAll(document, contextValue)) return null;
      const result = await run({ document, contextValue, variableValues: variables, operationName });
      // The variables do not fit: nothing has run, and the server has its own answer to that.
      if (result.data === undefined) return null;
      logFaults(contextValue, result.errors ?? []);
      const errors = result.errors?.map((error) => maskError(error.toJSON(), error));
      const singleResult = { ...result, ...(errors && { errors }) };
      return { body: { kind: 'single', singleResult }, http: { headers: new HeaderMap() } };
    },
  };
  return { requestDidStart: async () => hooks };
}

/** The caller gets an answer all the same, so without this nobody would notice the fault. */
const hearFault: HearFault = (error, { contextValue }) => {
  if (!isFault(error)) return;
  const { log, meter, requestId } = contextValue as Context;
  meter.plainRunFaulted();
  log.error({ requestId, err: faultForLog(error) }, 'a plain run failed, and graphql’s own execution answered');
};

/** Logs those errors of an answer that are faults of the server. */
export function logFaults({ log, requestId }: Context, errors: readonly GraphQLError[]): void {
  for (const error of errors) {
    if (isFault(error)) log.error({ requestId, err: faultForLog(unwrapResolverError(error)) }, 'a request failed');
  }
}

const NOT_RUN = new Set<unknown>(['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED', 'BAD_USER_INPUT']);

/**
 * The status of an answer. GraphQL over HTTP requires 200 for a document that could not run when the client accepts
 * nothing newer than application/json, since there a 4xx could come from any proxy.
 */
function statusOf(status: number | undefined, errors: readonly GraphQLError[] | undefined, accept: string | undefined) {
  const first = errors?.[0] && unwrapResolverError(errors[0]);
  // Thrown before execution; Apollo knows only the statuses of its own errors.
  if (status === 500 && first instanceof Refusal) return CODES[first.code].status;
  const isLegacy = /^application\/json\b[^,]*$/i.test(accept?.trim() ?? '');
  const isNotRun = status === 400 && errors?.every((error) => NOT_RUN.has(error.extensions.code));
  return isLegacy && isNotRun ? 200 : status;
}

/** A request that failed as a whole, and may succeed later, is answered like one that was refused earlier. */
function sayRetryAfter(http: HTTPGraphQLHead, { data, errors }: FormattedExecutionResult): void {
  const refused = errors?.find(({ extensions }) => extensions?.retryAfterSeconds !== undefined);
  if (!refused || Object.values(data ?? {}).some((value) => value !== null)) return;
  const { code, retryAfterSeconds } = refused.extensions as { code: ErrorCode; retryAfterSeconds: number };
  http.status = CODES[code].status;
  http.headers.set('retry-after', String(retryAfterSeconds));
}
