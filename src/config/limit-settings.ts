import { z } from 'zod';
import { duration } from '../platform/setting-forms.js';

const limit = z.coerce.number().int().min(0).max(1_000_000);

/** What one server lets through, of `PROCESS_SETTINGS`. */
export const LIMIT_SETTINGS = {
  BAILIWICK_REQUESTS_PER_SECOND_PER_PRINCIPAL: [
    limit.default(100),
    'Requests of one user or agent each second, in one replica; five seconds’ worth may come at once. 0 sets no limit, here and below.',
  ],
  BAILIWICK_REQUESTS_PER_SECOND_PER_SOURCE: [
    limit.default(1000),
    'The same for one address, or one /64 network of IPv6.',
  ],
  BAILIWICK_STRANGERS_REQUESTS_PER_SECOND_PER_SOURCE: [
    limit.default(50),
    'Requests without a credential, such as log-ins, each second from one address.',
  ],
  BAILIWICK_COST_PER_SECOND_PER_PRINCIPAL: [
    limit.default(400_000),
    'What the operations of one user or agent may cost each second, in microseconds of CPU by the table in costs.md; a second’s worth may come at once.',
  ],
  BAILIWICK_STRANGERS_COST_PER_SECOND_PER_SOURCE: [
    limit.default(200_000),
    'The same for operations without a credential from one address.',
  ],
  BAILIWICK_CONCURRENT_REQUESTS_PER_PRINCIPAL: [limit.default(64), 'Requests of one user or agent at a time.'],
  BAILIWICK_CONCURRENT_REQUESTS_PER_SOURCE: [limit.default(512), 'Requests of one address at a time.'],
  BAILIWICK_CONCURRENT_REQUESTS: [
    limit.default(2000),
    'Requests at a time altogether, counted once their bodies are there; as many bodies may be arriving. Callers without a token or credential get an eighth of each, and who holds more than a quarter of what is left free gets no more.',
  ],
  BAILIWICK_CONCURRENT_LOOK_UPS: [
    limit.default(4),
    'Tokens and credentials that are looked up at a time, of those that did not count lately; addresses take turns. Four times as many of the others.',
  ],
  BAILIWICK_ARRIVING_BYTES: [
    z.coerce
      .number()
      .int()
      .min(0)
      .max(2 ** 40)
      .default(256 * 1024 * 1024),
    'Bytes of bodies that are arriving, altogether, uploads aside; an eighth of it for callers without a token or credential.',
  ],
  BAILIWICK_TRANSFER_PATIENCE: [
    duration.refine((ms) => ms >= 1000 && ms <= 600_000, 'is not from PT1S to PT10M').default(5000),
    'How long a request’s body may take to arrive, and an answer to be read (PT5S).',
  ],
  BAILIWICK_TRANSFER_BYTES_PER_SECOND: [
    z.coerce
      .number()
      .int()
      .min(1)
      .max(2 ** 40)
      .default(16_384),
    'Answers, and bodies of callers whose token or credential counts, may take a second longer for each so many bytes that came through.',
  ],
  BAILIWICK_CONNECTIONS: [
    limit.default(10_000),
    'Open connections. At one more, the address that has most idle ones loses the oldest of those.',
  ],
  BAILIWICK_STREAMS_PER_PRINCIPAL: [
    limit.default(16),
    'Streams of events of one user or agent at a time. Once open, they do not count among its requests.',
  ],
  BAILIWICK_STREAMS: [
    limit.default(500),
    'Streams of events at a time altogether, three quarters of them at most of agents. When all are taken, who has few takes one of who has most.',
  ],
  BAILIWICK_LOG_INS_PER_MINUTE_PER_SOURCE: [
    limit.default(60),
    'Passwords that are checked for one address each minute.',
  ],
  BAILIWICK_LOG_INS_PER_MINUTE_PER_USER: [
    limit.default(20),
    'Passwords that are checked for one user name each minute, those aside that come from where it logged in before.',
  ],
  BAILIWICK_LOG_IN_WAIT_MAX: [
    duration.refine((ms) => ms <= 3_600_000, 'is not up to PT1H').default(300_000),
    'How long a user name has to wait at most after wrong passwords from one address (PT5M). The wait begins with the fifth wrong one and doubles with each.',
  ],
} as const;
