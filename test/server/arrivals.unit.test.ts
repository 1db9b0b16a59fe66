import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { Arrivals } from '../../src/server/http/arrivals.js';
import { NO_LIMITS, RequestLimits } from '../../src/server/limits/rate-limits.js';

test('ok: a body whose client went away before it was let in is not waited for', () => {
  const arrivals = new Arrivals(new RequestLimits(NO_LIMITS, { now: () => new Date() }), () => {});
  const request = new IncomingMessage(new Socket());
  request.headers['content-length'] = '1000';
  const hasLeft = (done: () => void) => done();
  const caller = { clientAddress: '192.0.2.1', principal: 'ada' };
  arrivals.expect(request, new ServerResponse(request), caller, hasLeft, () => {});
  expect(arrivals.load).toEqual({ strangers: 0, known: 0 });
});
