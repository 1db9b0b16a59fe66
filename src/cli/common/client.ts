import { setTimeout as delay } from 'node:timers/promises';
import type { TypedDocumentString } from '../../generated/documents.js';
import { ApiError, CliError, EXIT, messageOf } from './errors.js';
import { printable } from './output.js';

/** Where requests go and as whom. */
export interface Connection {
  readonly server: string;
  readonly token?: string | undefined;
  /** An API credential instead of a token, as `id:key`. */
  readonly credential?: string | undefined;
  readonly timeoutMs?: number;
  /** Ends requests that are under way. */
  readonly signal?: AbortSignal | undefined;
}

/** The header by which requests say who sends them. */
export function authorizationOf({ token, credential }: Connection): Record<string, string> {
  if (token !== undefined) return { authorization: `Bearer ${token}` };
  if (credential === undefined) return {};
  return { authorization: `Basic ${Buffer.from(credential).toString('base64')}` };
}

/** A document of the command line: what it answers, and what it takes. */
export type Document<Data, Variables> = TypedDocumentString<Data, Variables>;

/** What every payload of a mutation has. */
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

/** What chooses each type of scope at log-in. */
const LOGIN_FLAGS: Readonly<Record<string, string>> = {
  system: '--system',
  domain: '--domain-scope',
  project: '--project',
};

const DEFAULT_TIMEOUT_MS = 60_000;
const MAX_RESPONSE_BYTES = 64 * 1024 * 1024;

/**
 * The form in which a server is named everywhere: origin and path, no slash at the end.
 *
 * @throws CliError for anything but an http or https URL, and for one with credentials in it: those would end up in files and logs.
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
 * Sends one operation and answers its data.
 *
 * @throws ApiError for a top-level error, and CliError with `EXIT.unavailable` when no answer of the API came.
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

/** A payload that has these of its fields: the schema lets all be null, for those that were refused. */
export type Given<P, Field extends keyof P> = P & { readonly [Name in Field]: NonNullable<P[Name]> };

/**
 * Sends a mutation, and answers its payload.
 *
 * @param fields What the payload has whenever nothing was refused.
 * @throws CliError with a line for each user error, and as `request` does.
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

/** How often a request that came too fast is sent, and for how long a server may make it wait before. */
const TRIES = 5;
const WAIT_MAX_SECONDS = 5;

interface Received {
  readonly status: number;
  readonly text: string;
  /** How long the server makes it wait; NaN when it does not say. */
  readonly waitSeconds: number;
}

/** Sends it again when the server says that it came too fast: then nothing of it has run. All of it ends with the timeout. */
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

/** What an answer that is no success comes to. */
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

/** How to get a token of a scope that would do; agents have theirs by themselves. */
function logInHint(scopeTypes: readonly string[]): string {
  const flags = scopeTypes.flatMap((type) => LOGIN_FLAGS[type] ?? []);
  return flags.length === 0 ? '' : `; see bailiwick login ${flags.join(' or ')}`;
}

/** `fetch` says only that it failed; what happened is in the cause. */
export function reasonOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return 'no answer in time';
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof Error) return 'code' in cause && cause.message === '' ? String(cause.code) : cause.message;
  return messageOf(error);
}

export function noAnswer({ server }: Connection, reason: string): CliError {
  return new CliError(`cannot reach ${server}: ${reason}`, EXIT.unavailable);
}
