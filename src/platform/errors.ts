import { GraphQLError } from 'graphql';
import type { ErrorCode, Reason, USER_ERROR_CODES } from './error-catalogue.js';

/** What a caller can correct: returned as data beside a null object, never as a top-level error. */
export interface UserErrorFact {
  readonly code: (typeof USER_ERROR_CODES)[number];
  readonly message: string;
  /** The path of the input field, below `input`. */
  readonly path: readonly string[];
}

/** Thrown inside a use case so that its transaction rolls back; the resolver's payload carries the facts. */
export class UserErrors extends Error {
  readonly facts: readonly UserErrorFact[];
  constructor(facts: readonly UserErrorFact[]) {
    super(facts.map((fact) => fact.message).join(' '));
    this.name = 'UserErrors';
    this.facts = facts;
  }
}

const userError =
  (code: UserErrorFact['code']) =>
  (message: string, ...path: string[]) =>
    new UserErrors([{ code, message, path }]);

export const invalid = userError('INVALID');
export const alreadyExists = userError('ALREADY_EXISTS');
export const inUse = userError('IN_USE');
export const limitReached = userError('LIMIT_REACHED');
export const requestIdReused = userError('REQUEST_ID_REUSED');
export const staleEtag = (message = 'The object changed since this etag was read.', ...path: string[]) =>
  userError('STALE_ETAG')(message, ...(path.length > 0 ? path : ['etag']));
export const previewOutdated = () =>
  userError('PREVIEW_OUTDATED')(
    'This is not the change that was previewed, or another revision is in force now: preview it again.',
    'previewHash',
  );

interface RefusalExtensions {
  readonly reason?: Reason;
  readonly [key: string]: unknown;
}

/** An error whose message and extensions are meant for the caller; every other error is masked. */
export class Refusal extends GraphQLError {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string, extensions: RefusalExtensions = {}) {
    super(message, { extensions: { code, ...extensions } });
    this.name = 'Refusal';
    this.code = code;
  }
}

export const unauthenticated = (message = 'A valid token is needed.', reason?: Reason) =>
  new Refusal('UNAUTHENTICATED', message, reason ? { reason } : {});
const FORBIDDEN_MESSAGES = {
  ROLES: () => 'The caller may not do this.',
  CREDENTIAL_LIMIT: (policy: string) => `This API credential is not for ${policy}.`,
  NARROWED_TOKEN: () => 'A token that was narrowed may not do this.',
};
export const forbidden = (policy: string, reason?: 'CREDENTIAL_LIMIT' | 'NARROWED_TOKEN') =>
  new Refusal('FORBIDDEN', FORBIDDEN_MESSAGES[reason ?? 'ROLES'](policy), { policy, ...(reason && { reason }) });
export const wrongScope = (policy: string, scopeTypes: readonly string[]) =>
  new Refusal('FORBIDDEN', `This needs a token of another scope: ${scopeTypes.join(', ')}.`, {
    policy,
    reason: 'WRONG_SCOPE',
    scopeTypes,
  });
/** @param until When the caller's own right to grant it ends; null when that is unknown. */
export const outlasting = (policy: string, until: Date | null) =>
  new Refusal(
    'FORBIDDEN',
    `This would last longer than the caller’s own right to grant it${until ? `, which ends at ${until.toISOString()}` : ''}.`,
    { policy, reason: 'OUTLASTS_GIVER', ...(until && { until: until.toISOString() }) },
  );
/** The same for a missing object and for one that the caller may not read, so that the two look alike. */
export const notFound = (what: string) => new Refusal('NOT_FOUND', `No such ${what}.`);
export const badInput = (message: string, extensions: RefusalExtensions = {}) =>
  new Refusal('BAD_USER_INPUT', message, extensions);
/** A request beyond a bound, refused before the work that the bound limits. */
export const beyond = (bound: 'body' | 'document' | 'cost', message: string, extensions: RefusalExtensions = {}) =>
  badInput(message, { bound, ...extensions });
export const invalidCursor = () => new Refusal('INVALID_CURSOR', 'The cursor is not valid for this list.');
export const eventsExpired = () =>
  new Refusal(
    'INVALID_CURSOR',
    'The events of that time are no longer kept: read the objects again, and begin without a cursor.',
    {
      reason: 'EVENTS_EXPIRED',
    },
  );
/** How long to wait before a retry of what was unavailable; most causes are over by then. */
const RETRY_AFTER_SECONDS = 5;
export const unavailable = (
  message = 'The service is temporarily unavailable; try again.',
  retryAfterSeconds = RETRY_AFTER_SECONDS,
) => new Refusal('UNAVAILABLE', message, { retryAfterSeconds });
export const unsupportedMediaType = (message: string) => new Refusal('UNSUPPORTED_MEDIA_TYPE', message);
export const requestTimeout = (message: string) => new Refusal('REQUEST_TIMEOUT', message);
export const rateLimited = (message: string, retryAfterSeconds: number) =>
  new Refusal('RATE_LIMITED', message, { retryAfterSeconds });
