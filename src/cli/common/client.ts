import { setTimeout as delay } from 'node:timers/promises';
import type { TypedDocumentString } from '../../generated/documents.js';
import { ApiError, CliError, EXIT, messageOf } from './errors.js';
import { printable } from './output.js';

/** The server, and the caller's token or credential. */
export interface Connection {
  readonly server: string;
  readonly token?: string | undefined;
  /** An API credential instead of a token, as `id:key`. */
  readonly credential?: string | undefined;
  readonly timeoutMs?: number;
  /** Aborts running requests. */
  readonly signal?: AbortSignal | undefined;
}

/** The header that authenticates requests. */
export function authorizationOf({ token, credential }: Connection): Record<string, string> {
  if (token !== undefined) return { authorization: `Bearer ${token}` };
  if (credential === undefined) return {};
  return { authorization: `Basic ${Buffer.from(credential).toString('base64')}` };
}

/** A GraphQL document of the command line, with the types of its data and variables. */
export type Document<Data, Variables> = TypedDocumentString<Data, Variables>;

/** The common part of all mutation payloads. */
export interface Payload {
  readonly userErrors: readonly { readonly code: string; readonly message: string; readonly path: readonly string[] }[];
}

export interface ResponseError {
  readonly message: string;
  readonly extensions?: {
    readonly code?: string;
    readonly requestId?: string;
    readonly reason?: string;
    readonly scopeTypes?: readonly string[];
  };
}

interface GraphqlResponse {
  readonly data?: unknown;
  readonly errors?: readonly ResponseError[];
}

/** The log-in option for each type of scope. */
const LOGIN_FLAGS: Readonly<Record<string, string>> = {
  system: '--system',
  domain: '--domain-scope',
  project: '--project',
};

const DEFAULT_TIMEOUT_MS = 60_000;
const MAX_RESPONSE_BYTES = 64 * 1024 * 1024;

/**
 * The canonical form of a server's address: origin and path, without a slash at the end.
 *
 * @throws CliError for anything but an http or https URL, and for a URL with credentials: they would end up in files
 *   and logs.
 */
export function parseServer(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isHttp = url?.protocol === 'http:' || url?.protocol === 'https:';
  if (url === null || !isHttp || url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new CliError(
      'the server must be a plain http or https URL, for example https://bailiwick.example.org',
      EXIT.usage,
    );
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

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
  if (error !== undefined) throw toApiError(error);
  if (response.data === null || response.data === undefined) throw noAnswer(connection, 'it answered no data');
  return response.data as Data;
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
    throw noAnswer(connection, reasonOf(error));
  }
  const answer = parseResponse(received.text);
  if (answer === null) throw refusalOf(connection, received.status);
  return answer;
}

const isToWait = ({ status, waitSeconds }: Received) => status === 429 && waitSeconds <= WAIT_MAX_SECONDS;

async function send(connection: Connection, body: string, signal: AbortSignal): Promise<Received> {
  const response = await fetch(`${connection.server}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json, application/json;q=0.9',
      ...authorizationOf(connection),
    },
    body,
    // A redirect could lead the token to another host.
    redirect: 'error',
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
  return error ? toApiError(error) : refusalOf(connection, response.status);
}

function refusalOf(connection: Connection, status: number): CliError {
  if (status === 401) return new ApiError('UNAUTHENTICATED', 'a valid token is needed');
  if (status === 403) return new ApiError('FORBIDDEN', 'the server refuses this request');
  return noAnswer(connection, `it answered HTTP status ${status} and no GraphQL`);
}

export function toApiError({ message, extensions = {} }: ResponseError): ApiError {
  const { code = 'INTERNAL_SERVER_ERROR', requestId, reason, scopeTypes = [] } = extensions;
  const request = requestId === undefined ? '' : ` (request ${requestId})`;
  return new ApiError(code, printable(`${code}: ${message}${request}${logInHint(scopeTypes)}`), reason);
}

/** How to get a token of a suitable scope; agents get theirs automatically. */
function logInHint(scopeTypes: readonly string[]): string {
  const flags = scopeTypes.flatMap((type) => LOGIN_FLAGS[type] ?? []);
  return flags.length === 0 ? '' : `; see bailiwick login ${flags.join(' or ')}`;
}

/** `fetch` only reports that it failed; its cause has the reason. */
export function reasonOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return 'no answer in time';
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof Error) return 'code' in cause && cause.message === '' ? String(cause.code) : cause.message;
  return messageOf(error);
}

export function noAnswer({ server }: Connection, reason: string): CliError {
  return new CliError(`cannot reach ${server}: ${reason}`, EXIT.unavailable);
}
