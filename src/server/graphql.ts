import { ApolloServer, type ApolloServerPlugin, HeaderMap } from '@apollo/server';
import { unwrapResolverError } from '@apollo/server/errors';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { BREAK, type DocumentNode, execute, type GraphQLError, visit } from 'graphql';
import type { Context } from '../authority/index.js';
import { faultForLog } from '../db/errors.js';
import { badInput, unauthenticated } from '../platform/errors.js';
import type { Logger } from '../platform/log.js';
import type { Guarded } from './enforce.js';
import { costOf, LIMITS, withinLimits } from './limits.js';
import { isFault, maskError } from './mask.js';

/** Whatever is not run by `runBare` is run with every field guarded. */
export function createGraphql(guarded: Guarded, log: Logger): ApolloServer<Context> {
  return new ApolloServer<Context>({
    schema: guarded.shielded,
    introspection: true,
    csrfPrevention: true,
    includeStacktraceInErrorResponses: false,
    persistedQueries: false,
    allowBatchedHttpRequests: false,
    hideSchemaDetailsFromClientErrors: true,
    parseOptions: { maxTokens: LIMITS.tokens },
    validationRules: [withinLimits],
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
      requestRules,
      runBare(guarded),
    ],
  });
}

/** Wherever in the document: a fragment must not hide it. */
function asksForSchema(document: DocumentNode): boolean {
  let asks = false;
  visit(document, {
    Field: ({ name: { value } }) => {
      asks = value === '__schema' || value === '__type';
      return asks ? BREAK : undefined;
    },
  });
  return asks;
}

/** What depends on the caller or on variables is decided here: validation is cached across callers. */
const requestRules: ApolloServerPlugin<Context> = {
  requestDidStart: async () => ({
    didResolveOperation: async ({ contextValue, schema, operation, document, request }) => {
      if (contextValue.actor.principal === null && asksForSchema(document)) throw unauthenticated();
      if (operation && costOf(schema, operation, document, request.variables ?? {}) > LIMITS.cost) {
        throw badInput('The operation could answer too much; ask for smaller pages.');
      }
    },
    didEncounterErrors: async ({ contextValue, errors }) => logFaults(contextValue, errors),
    willSendResponse: async ({ contextValue, response, errors }) => {
      if (response.body.kind !== 'single') return;
      const { singleResult } = response.body;
      for (const error of singleResult.errors ?? []) {
        (error as { extensions?: object }).extensions = { ...error.extensions, requestId: contextValue.requestId };
      }
      // An anonymous caller learns nothing of the schema from what does not validate.
      const isAnonymous = contextValue.actor.principal === null;
      if (isAnonymous && errors?.some((error) => error.extensions?.code === 'GRAPHQL_VALIDATION_FAILED')) {
        const { message, extensions } = unauthenticated();
        singleResult.errors = [{ message, extensions: { ...extensions, requestId: contextValue.requestId } }];
        response.http.status = 401;
      }
      await recordDenial(contextValue, singleResult.errors ?? []);
    },
  }),
};

/** Runs operations whose every guard allows on the schema without guards. */
const runBare = (guarded: Guarded): ApolloServerPlugin<Context> => ({
  requestDidStart: async () => ({
    responseForOperation: async ({ document, contextValue, request: { variables, operationName } }) => {
      if (!guarded.allowsAll(document, contextValue)) return null;
      const result = await execute({
        schema: guarded.bare,
        document,
        contextValue,
        variableValues: variables,
        operationName,
      });
      // Variables that do not fit: nothing has run, and the server has its own answer to that.
      if (result.data === undefined) return null;
      logFaults(contextValue, result.errors ?? []);
      const errors = result.errors?.map((error) => maskError(error.toJSON(), error));
      const singleResult = { ...result, ...(errors && { errors }) };
      return { body: { kind: 'single', singleResult }, http: { headers: new HeaderMap() } };
    },
  }),
});

function logFaults({ log, requestId }: Context, errors: readonly GraphQLError[]): void {
  for (const error of errors) {
    if (isFault(error)) log.error({ requestId, err: faultForLog(unwrapResolverError(error)) }, 'a request failed');
  }
}

/** One audit entry for each authenticated request that was denied something; after its transactions rolled back. */
async function recordDenial(
  context: Context,
  errors: readonly { extensions?: Record<string, unknown>; path?: readonly (string | number)[] }[],
) {
  const denial = errors.find((error) => error.extensions?.code === 'FORBIDDEN');
  if (!denial || context.actor.principal === null) return;
  const { policy, reason } = denial.extensions ?? {};
  const fact = {
    action: 'request.denied',
    outcome: 'DENIED' as const,
    ...(typeof policy === 'string' && { policy }),
    details: { path: denial.path?.join('.') ?? null, ...(reason !== undefined && { reason }) },
  };
  const request = { requestId: context.requestId, actor: context.actor, at: context.clock.now() };
  try {
    await context.db.transaction((tx) => context.recordAudit(tx, request, fact));
  } catch (error) {
    context.log.error({ requestId: context.requestId, err: faultForLog(error) }, 'a denial could not be audited');
  }
}
