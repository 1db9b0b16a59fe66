import { GraphQLError } from 'graphql';
import { describe, expect, it } from 'vitest';
import { notFound } from '../../src/platform/errors.js';
import { createLogger } from '../../src/platform/log.js';
import { isFault, maskError, refusalFor } from '../../src/server/graphql/mask.js';

/** As graphql-js wraps what a resolver throws. */
const wrapped = (error: Error) => new GraphQLError(error.message, { path: ['agent'], originalError: error });
const masked = (error: Error) => maskError(wrapped(error).toJSON(), wrapped(error));
/** An error of anybody, with codes that ours have. */
const plain = (code: string) => Object.assign(new Error('the key is hunter2'), { code, extensions: { code } });

const CODES = ['FORBIDDEN', 'NOT_FOUND', 'UNAUTHENTICATED', 'RATE_LIMITED', 'BAD_USER_INPUT', 'BAD_REQUEST'];
const FAULT = {
  message: 'An unexpected error occurred. The log has the details under the request id.',
  path: ['agent'],
  extensions: { code: 'INTERNAL_SERVER_ERROR' },
};

describe('maskError', () => {
  it('ok: a refusal is told as it is', () => {
    expect(masked(notFound('agent'))).toEqual({
      message: 'No such agent.',
      path: ['agent'],
      extensions: { code: 'NOT_FOUND' },
    });
  });

  it.each(CODES)('hidden: a plain error that carries %s is a fault', (code) => {
    expect(masked(plain(code))).toEqual(FAULT);
    expect(isFault(wrapped(plain(code)))).toBe(true);
  });

  it.each(['FORBIDDEN', 'NOT_FOUND', 'UNAUTHENTICATED', 'RATE_LIMITED'])(
    'hidden: an error of GraphQL that carries %s and is no refusal is a fault',
    (code) => {
      const error = new GraphQLError('the key is hunter2', { path: ['agent'], extensions: { code } });
      expect(maskError(error.toJSON(), error)).toEqual(FAULT);
      expect(isFault(error)).toBe(true);
    },
  );

  it('invalid: a mistake in the document is the caller’s, told as such', () => {
    const error = new GraphQLError('Cannot query field "x".', { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });
    expect(maskError(error.toJSON(), error)).toEqual({
      message: error.message,
      extensions: { code: 'BAD_USER_INPUT' },
    });
    expect(isFault(error)).toBe(false);
  });
});

describe('refusalFor', () => {
  it.each(CODES)('hidden: a plain error that carries %s is told as a fault', (code) => {
    const told = refusalFor(plain(code), createLogger('silent'), 'request');
    expect([told.code, told.message]).toEqual(['INTERNAL_SERVER_ERROR', FAULT.message]);
  });
});
