import { z } from 'zod';
import { duration } from '../platform/setting-forms.js';

const limit = z.coerce.number().int().min(0).max(1_000_000);

/** What one server allows; a part of `PROCESS_SETTINGS`. */
export const LIMIT_SETTINGS = {
  BAILIWICK_REQUESTS_PER_SECOND_PER_PRINCIPAL: [
    limit.default(100),
    'Requests of one user or agent per second, on one server; the requests of up to five seconds may come at once. 0 means no limit, here and below.',
  ],
  BAILIWICK_REQUESTS_PER_SECOND_PER_SOURCE: [
    limit.default(1000),
    'The same for one address, or one /64 network of IPv6.',
  ],
  BAILIWICK_STRANGERS_REQUESTS_PER_SECOND_PER_SOURCE: [
    limit.default(50),
    'Requests without a token or API credential, for example log-ins, per second from one address.',
  ],
  BAILIWICK_COST_PER_SECOND_PER_PRINCIPAL: [
    limit.default(400_000),
    'Cost of the operations of one user or agent per second, in microseconds of CPU by the table in costs.md; the cost of one second may come at once.',
  ],
  BAILIWICK_STRANGERS_COST_PER_SECOND_PER_SOURCE: [
    limit.default(200_000),
    'The same for operations without a token or API credential, from one address.',
  ],
  BAILIWICK_CONCURRENT_REQUESTS_PER_PRINCIPAL: [limit.default(64), 'Requests of one user or agent at a time.'],
  BAILIWICK_CONCURRENT_REQUESTS_PER_SOURCE: [limit.default(512), 'Requests of one address at a time.'],
  BAILIWICK_CONCURRENT_REQUESTS: [
    limit.default(2000),
    'All requests at a time, from the moment when their bodies have arrived. The same number of bodies may be arriving. Callers without a token or credential get an eighth of each. A caller that already has more than a quarter of the free places gets no more.',
  ],
  BAILIWICK_CONCURRENT_LOOK_UPS: [
    limit.default(4),
    'How many unknown tokens and API credentials the server looks up at a time; addresses take turns. For those that were valid a short time ago, the limit is four times as high.',
  ],
  BAILIWICK_ARRIVING_BYTES: [
    z.coerce
      .number()
      .int()
      .min(0)
      .max(2 ** 40)
      .default(256 * 1024 * 1024),
    'Bytes of all bodies that are arriving, without uploads; an eighth of it for callers without a token or credential.',
  ],
  BAILIWICK_TRANSFER_PATIENCE: [
    duration.refine((ms) => ms >= 1000 && ms <= 600_000, 'is not from PT1S to PT10M').default(5000),
    'How long a request’s body may take to arrive, and a client to read the response (PT5S).',
  ],
  BAILIWICK_TRANSFER_BYTES_PER_SECOND: [
    z.coerce
      .number()
      .int()
      .min(1)
      .max(2 ** 40)
      .default(16_384),
    'For each time this many bytes are transferred, the transfer may take a second longer. This applies to responses, and to bodies from callers with a valid token or credential.',
  ],
  BAILIWICK_CONNECTIONS: [
    limit.default(10_000),
    'Open connections. For one more, the server closes the oldest idle connection of the address that has the most idle ones.',
  ],
  BAILIWICK_STREAMS_PER_PRINCIPAL: [
    limit.default(16),
    'Event streams of one user or agent at a time. An open stream does not count as a request.',
  ],
  BAILIWICK_STREAMS: [
    limit.default(500),
    'All event streams at a time; agents can have at most three quarters of them. When all are in use, a caller with few streams gets the place of a stream of the caller with the most.',
  ],
  BAILIWICK_LOG_INS_PER_MINUTE_PER_SOURCE: [limit.default(60), 'Password checks per minute for one address.'],
  BAILIWICK_LOG_INS_PER_MINUTE_PER_USER: [
    limit.default(20),
    'Password checks per minute for one user name, without those from an address where this user logged in before.',
  ],
  BAILIWICK_LOG_IN_WAIT_MAX: [
    duration.refine((ms) => ms <= 3_600_000, 'is not up to PT1H').default(300_000),
    'How long a user name must wait at most after wrong passwords from one address (PT5M). The wait begins with the fifth wrong password and doubles with each further one.',
  ],
} as const;
