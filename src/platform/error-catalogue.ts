interface CodeFact {
  /** The HTTP status when a request is refused before or outside of an operation. */
  readonly status: number;
  readonly meaning: string;
}

/** Every code of a top-level error. docs/errors.md is generated from these tables. */
export const CODES = {
  UNAUTHENTICATED: {
    status: 401,
    meaning: 'Nothing valid says who asks: log in, or show another token or credential.',
  },
  FORBIDDEN: { status: 403, meaning: 'The caller may not do this. `policy` names the policy that refused.' },
  NOT_FOUND: {
    status: 404,
    meaning: 'There is no such object, or the caller may not read it; the answer is the same.',
  },
  BAD_USER_INPUT: {
    status: 400,
    meaning:
      'The request cannot be understood, or is beyond a bound. `argument` names the argument, `bound` the kind of bound: `body`, `document` or `cost`.',
  },
  INVALID_CURSOR: { status: 400, meaning: 'The cursor is not of this list, or too old: begin without it.' },
  RATE_LIMITED: { status: 429, meaning: 'The caller asks for too much: try again after `retryAfterSeconds`.' },
  REQUEST_TIMEOUT: { status: 408, meaning: 'The body did not arrive in time: send it again.' },
  UNAVAILABLE: { status: 503, meaning: 'The server cannot answer just now: try again after `retryAfterSeconds`.' },
  INTERNAL_SERVER_ERROR: { status: 500, meaning: 'A fault of the server: `requestId` finds it in the log.' },
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
    meaning: 'The password is right and must be changed: log in with `newPassword` too.',
  },
  WRONG_SCOPE: { code: 'FORBIDDEN', meaning: 'A token of another scope is needed: one of `scopeTypes`.' },
  CREDENTIAL_LIMIT: { code: 'FORBIDDEN', meaning: 'The API credential is not for this policy.' },
  NARROWED_TOKEN: { code: 'FORBIDDEN', meaning: 'The token was issued for fewer roles than its user has there.' },
  OUTLASTS_GIVER: {
    code: 'FORBIDDEN',
    meaning:
      'It would last longer than the caller’s own right to give it; `until`, where it is there, is when that ends.',
  },
  EVENTS_EXPIRED: {
    code: 'INVALID_CURSOR',
    meaning: 'Events from then are not kept any more: read afresh, and begin without a cursor.',
  },
  CLOCK_SKEW: {
    code: 'UNAVAILABLE',
    meaning: 'The clocks of this replica and of the database are too far apart, so it writes nothing.',
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
