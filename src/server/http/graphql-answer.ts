import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ApolloServer, HeaderMap, type HTTPGraphQLResponse } from '@apollo/server';
import type { Context } from '../../authority/index.js';
import { requireJson } from './body.js';
import { type Reading, readAsked } from './graphql-request.js';

interface Answering extends Reading {
  readonly graphql: ApolloServer<Context>;
}

/** Reads and runs a GraphQL request. @param run Takes a place among the running requests, once the body is here. */
export async function answerGraphql(
  door: Answering,
  context: Context,
  run: () => void,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = 'GET', headers } = request;
  if (method === 'POST') requireJson(request);
  const headerMap = new HeaderMap();
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) headerMap.set(name, String(value));
  const { body, search, done } = await readAsked(door, context, request);
  const httpGraphQLRequest = { method, headers: headerMap, search, body };
  try {
    run();
    const result = await door.graphql.executeHTTPGraphQLRequest({ httpGraphQLRequest, context: async () => context });
    sendResult(response, result, context.requestId);
  } finally {
    done();
  }
}

function sendResult(
  response: ServerResponse,
  { status = 200, headers, body }: HTTPGraphQLResponse,
  requestId: string,
): void {
  for (const [name, value] of headers) response.setHeader(name, value);
  response.statusCode = status;
  if (body.kind !== 'complete') return void response.end();
  // What Apollo Server refuses before there is an operation knows no request.
  const isRefusal = status >= 400 && headers.get('content-type')?.includes('json');
  const text = isRefusal ? withRequestId(body.string, requestId) : body.string;
  if (text !== body.string) response.removeHeader('content-length');
  response.end(text);
}

function withRequestId(text: string, requestId: string): string {
  const result: { readonly errors?: readonly { readonly extensions?: object }[] } = JSON.parse(text);
  const errors = result.errors?.map((error) => ({ ...error, extensions: { ...error.extensions, requestId } }));
  return JSON.stringify({ ...result, errors });
}
