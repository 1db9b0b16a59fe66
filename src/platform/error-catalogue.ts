interface CodeFact {
  /** The HTTP status when a request is refused before or outside of an operation. */
  readonly status: number;
  readonly meaning: string;
}

/** Every code of a top-level error. docs/errors.md is generated from these tables. */
export const CODES = {
  UNAUTHENTICATED: {
    status: 401,
    meaning: 'The request has no valid token or credential: log in, or send another one.',
  },
  FORBIDDEN: { status: 403, meaning: 'The caller may not do this. `policy` names the policy that refused.' },
  NOT_FOUND: {
    status: 404,
    meaning: 'The object does not exist, or the caller may not read it. The response does not tell which.',
  },
  BAD_USER_INPUT: {
    status: 400,
    meaning:
      'The request is malformed, or exceeds a limit. `argument` names the wrong argument; `bound` names the kind of limit: `body`, `document` or `cost`.',
  },
  INVALID_CURSOR: { status: 400, meaning: 'The cursor is from another list, or too old: begin without a cursor.' },
  RATE_LIMITED: {
    status: 429,
    meaning: 'The caller sends too many or too costly requests: try again after `retryAfterSeconds`.',
  },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, meaning: 'The body of a POST is `application/json`: set `Content-Type`.' },
  REQUEST_TIMEOUT: { status: 408, meaning: 'The body did not arrive in time: send it again.' },
  UNAVAILABLE: {
    status: 503,
    meaning: 'The server cannot do this at the moment: try again after `retryAfterSeconds`.',
  },
  INTERNAL_SERVER_ERROR: { status: 500, meaning: 'An error in the server: search its log for the `requestId`.' },
} as const satisfies Record<string, CodeFact>;
export type ErrorCode = keyof typeof CODES;

interface ReasonFact {
  readonly code: ErrorCode;
  readonly meaning: string;
}

/** Values of `extensions.reason`: more than the code says, where clients act on it. */
export const REASONS = {
  AGENT_BANNED: { code: 'UNAUTHENTICATED', meaning: 'The agent is banned or retired.' },
  PASSWORD_CHANGE_REQUIRED: {
    code: 'UNAUTHENTICATED',
    meaning: 'The password is correct, but must be changed: send `newPassword` too when you log in.',
  },
  SCOPE_NOT_HELD: {
    code: 'UNAUTHENTICATED',
    meaning: 'The caller holds no role at the scope that it names, or there is no such scope. Its session stays valid.',
  },
  NOT_OWN_PAGE: {
    code: 'UNAUTHENTICATED',
    meaning:
      'The request has a session’s cookie, or opens a session, but does not come from a page of this server in the way that its own pages send requests.',
  },
  TLS_REQUIRED: {
    code: 'UNAUTHENTICATED',
    meaning:
      'Browser sessions need TLS, except on the server’s own machine: give the server a certificate, or set BAILIWICK_PUBLIC_URL to the address of the proxy that has one.',
  },
  WRONG_SCOPE: { code: 'FORBIDDEN', meaning: 'The operation needs a token of another scope: one of `scopeTypes`.' },
  CREDENTIAL_LIMIT: { code: 'FORBIDDEN', meaning: 'The API credential is not allowed to use this policy.' },
  NARROWED_TOKEN: { code: 'FORBIDDEN', meaning: 'The token has fewer roles than its user holds at the scope.' },
  OUTLASTS_GIVER: {
    code: 'FORBIDDEN',
    meaning:
      'The grant would last longer than the caller’s own right to grant it. `until` says when that right ends, if it is known.',
  },
  EVENTS_EXPIRED: {
    code: 'INVALID_CURSOR',
    meaning: 'The server no longer has the events from that time: read the objects again, and begin without a cursor.',
  },
  CLOCK_SKEW: {
    code: 'UNAVAILABLE',
    meaning: 'The clocks of the server and of the database differ too much, so the server writes nothing.',
  },
} as const satisfies Record<string, ReasonFact>;
export type Reason = keyof typeof REASONS;

/** Every code of a user error; the schema says what each means. */
export const USER_ERROR_CODES = [
  'INVALID',
  'ALREADY_EXISTS',
  'STALE_ETAG',
  'IN_USE',
  'LIMIT_REACHED',
  'REQUEST_ID_REUSED',
  'PREVIEW_OUTDATED',
] as const;
