/** What went wrong with a request, for a person to read. */
export interface Fault {
  readonly code: string;
  readonly title: string;
  /** What the person can do. */
  readonly advice: string;
  readonly requestId: string | null;
}

/** A top-level error as the API sends it. */
export interface ApiError {
  readonly message: string;
  readonly extensions?: Readonly<Record<string, unknown>>;
}

const WORDS: Readonly<Record<string, readonly [title: string, advice: string]>> = {
  UNAUTHENTICATED: ['You are not logged in', 'Log in again; what you typed stays.'],
  FORBIDDEN: ['You may not do this', 'Your roles at this scope do not allow it.'],
  NOT_FOUND: ['Nothing is here', 'It does not exist, or you may not see it at this scope.'],
  BAD_USER_INPUT: ['The server did not understand the request', 'Correct the input; if it looks right, report this.'],
  INVALID_CURSOR: ['This place in the list is gone', 'Start the list from its beginning.'],
  RATE_LIMITED: ['Too many requests', 'Wait a moment, then try again.'],
  UNAVAILABLE: ['The server cannot answer now', 'Try again in a moment.'],
  INTERNAL_SERVER_ERROR: ['The server failed', 'Try again; if it happens again, report it with the request id.'],
  SCOPE_NOT_HELD: ['You hold no role at this scope', 'Choose another scope at the top.'],
  UNREACHABLE: ['The server does not answer', 'Check that it runs and that you can reach it.'],
};
const UNKNOWN = WORDS.INTERNAL_SERVER_ERROR as readonly [string, string];

/** Advice for reasons that say more than their code. */
const REASONS: Readonly<Record<string, string>> = {
  WRONG_SCOPE: 'It is read or done at another scope: choose one at the top.',
  SEALED: 'The server is sealed: an operator must unseal it first.',
  EVENTS_EXPIRED: 'These events are no longer kept.',
};

/** The words for an error of the API. */
export function faultOf({ message, extensions = {} }: ApiError): Fault {
  // Logging in again does not help who holds no role there.
  const isElsewhere = extensions.reason === 'SCOPE_NOT_HELD';
  const code = isElsewhere ? 'SCOPE_NOT_HELD' : String(extensions.code ?? 'INTERNAL_SERVER_ERROR');
  const [title, advice] = WORDS[code] ?? UNKNOWN;
  const said = code === 'BAD_USER_INPUT' || WORDS[code] === undefined ? `${message} ${advice}` : advice;
  const requestId = typeof extensions.requestId === 'string' ? extensions.requestId : null;
  return { code, title, advice: REASONS[String(extensions.reason)] ?? said, requestId };
}

/** The words for a request that got no answer. */
export const UNREACHABLE: Fault = faultOf({ message: '', extensions: { code: 'UNREACHABLE' } });

/** The words for a refused HTTP request, whose body has errors like those of the API. */
export async function faultOfResponse(response: Response): Promise<Fault> {
  type Body = { readonly errors?: readonly ApiError[] } | null;
  const body: Body = await response.json().then(
    (it) => it as Body,
    () => null,
  );
  const fault = faultOf(body?.errors?.[0] ?? { message: '' });
  return { ...fault, requestId: fault.requestId ?? response.headers.get('x-request-id') };
}
