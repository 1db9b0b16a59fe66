import { setTimeout as delay } from 'node:timers/promises';
import { CallerDocument, type CallerQuery, type TypedDocumentString } from '../../generated/documents.js';
import { explainCommand } from './caller.js';
import type { Connection } from './connection.js';
import { ApiError, CliError } from './errors.js';
import { printable } from './output.js';
import { noAnswer, type ResponseError, refusalOf, toApiError, unreachable } from './refusals.js';
import { exchange } from './transport.js';

/** A GraphQL document of the command line, with the types of its data and variables. */
export type Document<Data, Variables> = TypedDocumentString<Data, Variables>;

/** The common part of all mutation payloads. */
export interface Payload {
  readonly userErrors: readonly { readonly code: string; readonly message: string; readonly path: readonly string[] }[];
}

interface GraphqlResponse {
  readonly data?: unknown;
  readonly errors?: readonly ResponseError[];
}

const DEFAULT_TIMEOUT_MS = 60_000;
const MAX_RESPONSE_BYTES = 64 * 1024 * 1024;

/**
 * Sends one operation and returns its data.
 *
 * @throws ApiError for a top-level error, and CliError with `EXIT.unavailable` when the API does not respond.
 */
export async function request<Data, Variables>(
  connection: Connection,
  document: Document<Data, Variables>,
  variables: NoInfer<Variables>,
): Promise<Data> {
  const response = await post(connection, JSON.stringify({ query: document, variables }));
  const error = response.errors?.[0];
  if (error !== undefined) throw await explained(connection, toApiError(connection, error));
  if (response.data === null || response.data === undefined) throw noAnswer(connection, 'it answered no data');
  return response.data as Data;
}

/** Asking why is denied to those whom this policy denies. */
const EXPLAINING = 'permission:get';

/** Adds to a denial the command that explains it. */
async function explained(connection: Connection, error: ApiError): Promise<ApiError> {
  const { code, policy, reason, hint } = error;
  if (code !== 'FORBIDDEN' || policy === undefined || policy === EXPLAINING || hint !== undefined) return error;
  const answer = await post(connection, JSON.stringify({ query: CallerDocument })).catch(() => null);
  const caller = (answer?.data as CallerQuery | null | undefined)?.item;
  const asked = caller ? explainCommand(policy, caller) : null;
  return asked === null
    ? error
    : new ApiError(code, error.message, { reason, policy, hint: printable(`see why: ${asked}`) });
}

/** A mutation whose one field is aliased `payload`. */
export type Mutation<P extends Payload, Input> = Document<{ readonly payload: P | null }, { readonly input: Input }>;

/** A payload that has these fields: in the schema all may be null, in case the mutation is refused. */
export type Given<P, Field extends keyof P> = P & { readonly [Name in Field]: NonNullable<P[Name]> };

/**
 * Sends a mutation, and returns its payload.
 *
 * @param fields The fields that the payload has unless it is refused.
 * @throws CliError with a line for each user error, and the errors of `request`.
 */
export async function mutate<P extends Payload, Input, Field extends keyof P = never>(
  connection: Connection,
  document: Mutation<P, Input>,
  input: NoInfer<Input>,
  ...fields: readonly Field[]
): Promise<Given<P, Field>> {
  const { payload } = await request(connection, document, { input });
  if (payload === null) throw noAnswer(connection, 'it answered no payload');
  if (payload.userErrors.length > 0) throw new CliError(payload.userErrors.map(formatUserError));
  return given(connection, payload, fields);
}

/** @throws CliError with `EXIT.unavailable` when a field is null. */
export function given<P, Field extends keyof P>(
  connection: Connection,
  payload: P,
  fields: readonly Field[],
): Given<P, Field> {
  const missing = fields.find((field) => payload[field] === null || payload[field] === undefined);
  if (missing !== undefined) throw noAnswer(connection, `it answered no ${String(missing)}`);
  return payload as Given<P, Field>;
}

/** `INVALID at imaPolicy.content: line 3: …` */
export function formatUserError({ code, message, path }: Payload['userErrors'][number]): string {
  const field = (path[0] === 'input' ? path.slice(1) : path).join('.');
  return printable(field === '' ? `${code}: ${message}` : `${code} at ${field}: ${message}`);
}

/** How often to send a rate-limited request, and the longest wait that the server may demand before a retry. */
const TRIES = 5;
const WAIT_MAX_SECONDS = 5;

interface Received {
  readonly status: number;
  readonly text: string;
  /** How long the server wants the client to wait; NaN when it does not say. */
  readonly waitSeconds: number;
}

/** Retries a request that the server rate-limited, which means that none of it ran. The timeout covers all tries. */
async function post(connection: Connection, body: string): Promise<GraphqlResponse> {
  const { signal, timeoutMs = DEFAULT_TIMEOUT_MS } = connection;
  const ends = AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal === undefined ? [] : [signal])]);
  let received: Received;
  try {
    received = await send(connection, body, ends);
    for (let tries = 1; tries < TRIES && isToWait(received); tries += 1) {
      await delay(received.waitSeconds * 1000, undefined, { signal: ends });
      received = await send(connection, body, ends);
    }
  } catch (error) {
    throw unreachable(connection, ends.aborted ? ends.reason : error);
  }
  const answer = parseResponse(received.text);
  if (answer === null) throw refusalOf(connection, received.status);
  return answer;
}

const isToWait = ({ status, waitSeconds }: Received) => status === 429 && waitSeconds <= WAIT_MAX_SECONDS;

async function send(connection: Connection, body: string, signal: AbortSignal): Promise<Received> {
  const response = await exchange(connection, '/graphql', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      accept: 'application/graphql-response+json, application/json;q=0.9',
    },
    body,
    signal,
  });
  const waitSeconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return { status: response.status, text: await readText(response), waitSeconds };
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MAX_RESPONSE_BYTES) throw new Error(`the answer is larger than ${MAX_RESPONSE_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseResponse(text: string): GraphqlResponse | null {
  try {
    const value: GraphqlResponse | null = JSON.parse(text);
    return value?.data !== undefined || Array.isArray(value?.errors) ? value : null;
  } catch {
    return null;
  }
}

/** The error of a response that is not a success. */
export async function refusedResponse(connection: Connection, response: Response): Promise<CliError> {
  const error = parseResponse(await readText(response))?.errors?.[0];
  return error ? toApiError(connection, error) : refusalOf(connection, response.status);
}
