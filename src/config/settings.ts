import { z } from 'zod';
import type { DeclaredSettings } from '../authority/index.js';
import { CONNECTIONS_MIN } from '../db/gate.js';
import { DOMAINS } from '../domains.js';
import { duration, flag, retention } from '../platform/setting-forms.js';
import { sourceReader } from '../server/http/client-address.js';
import { LIMIT_SETTINGS } from './limit-settings.js';

/** One caller may hold five sixths, 320 MiB: the tables of the largest list, of 429,400,000 bytes, take some 250. */
const CONTENT_MEMORY_MIN = 384 * 1024 * 1024;

const sslmodeOf = (url: string) => /[?&]sslmode=([^&]*)/.exec(url)?.[1] ?? '';

function areBlocks(blocks: readonly string[]): boolean {
  try {
    sourceReader(blocks);
    return true;
  } catch {
    return false;
  }
}

/** The settings that no domain declares: variable, form, default and what it is for. */
export const PROCESS_SETTINGS = {
  BAILIWICK_HOST: [z.string().default('127.0.0.1'), 'Address to listen on.'],
  BAILIWICK_PORT: [z.coerce.number().int().min(0).max(65535).default(4000), 'Port to listen on; 0 takes a free one.'],
  BAILIWICK_SOCKET_PATH: [
    z.string().min(1).max(100).optional(),
    'A Unix socket to listen on, at mode 0660, instead of the address and port.',
  ],
  BAILIWICK_TLS_CERTIFICATE_PATH: [
    z.string().optional(),
    'Certificate with its chain, in PEM: the server then speaks TLS, 1.2 or newer. SIGHUP reads it and the key again.',
  ],
  BAILIWICK_TLS_KEY_PATH: [z.string().optional(), 'The certificate’s private key, in PEM.'],
  BAILIWICK_TRUSTED_PROXIES: [
    z
      .string()
      .transform((text) => text.split(',').map((block) => block.trim()))
      .refine(areBlocks, 'must be addresses or CIDR blocks, with commas')
      .default([]),
    'Addresses and CIDR blocks of proxies, with commas. What they say in X-Forwarded-For counts as a request’s source; nobody else is believed. With any of them named, whoever connects over the Unix socket is believed too.',
  ],
  BAILIWICK_DATA_DIR: [z.string().default('.bailiwick'), 'Folder of the embedded database; kept at mode 0700.'],
  BAILIWICK_ADMIN_PASSWORD_PATH: [
    z.string().optional(),
    'File for the first administrator’s generated password, by default the data folder’s name with .admin-password, beside it and not inside, so that a backup of the folder does not hold it.',
  ],
  DATABASE_URL: [
    z
      .string()
      .regex(/^postgres(ql)?:\/\//, 'must begin with postgres://')
      // The driver takes other words for no TLS, for TLS that falls back to none, or for verify-full.
      .refine((url) => /^(require|verify-full)?$/.test(sslmodeOf(url)), 'sslmode must be require or verify-full')
      .optional(),
    'Address of a Postgres database (15 or newer); the embedded one is used without it. sslmode=verify-full in it demands TLS and a certificate for that host, given by its name, by an authority that Node knows (NODE_EXTRA_CA_CERTS adds one); sslmode=require demands TLS and looks at no certificate.',
  ],
  BAILIWICK_DATABASE_CONNECTIONS: [
    z.coerce.number().int().min(CONNECTIONS_MIN).max(200).default(10),
    'Connections to Postgres for requests and chores at most. Streams of events use a quarter of them, and never more than four. Beside them a server has one that listens and one for /readyz, and for a moment one more at a start or when something is wrong.',
  ],
  BAILIWICK_DATABASE_CONNECTION_WAIT_MAX: [
    duration.refine((ms) => ms >= 100 && ms <= 60_000, 'is not from PT0.1S to PT1M').default(5_000),
    'How long a request waits for a free connection to Postgres before it is answered UNAVAILABLE (PT5S).',
  ],
  BAILIWICK_DATABASE_LOCK_WAIT_MAX: [
    duration.refine((ms) => ms >= 100 && ms <= 30_000, 'is not from PT0.1S to PT30S').default(5_000),
    'How long a statement waits in Postgres for a lock that another session holds before its request is answered UNAVAILABLE (PT5S).',
  ],
  BAILIWICK_DOMAINS: [z.string().optional(), 'Names of the domains to serve, with commas; all by default.'],
  BAILIWICK_GRAPHIQL: [
    flag.default(true),
    'Whether to serve GraphiQL, a page that explores the API, at /graphiql. It carries no data.',
  ],
  BAILIWICK_PLAIN_RUNS: [
    flag.default(true),
    'Whether queries that come again are run as plain data where they can be, which takes less CPU for long lists and answers the same. false runs everything by graphql’s own execution, should BailiwickPlainRunFaults say that something is wrong with it.',
  ],
  BAILIWICK_LOG_LEVEL: [
    z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
    'How much is logged.',
  ],
  BAILIWICK_SWEEP_INTERVAL: [
    duration.refine((ms) => ms >= 1000 && ms <= 86_400_000, 'is not from PT1S to P1D').default(600_000),
    'How often what is of no use any more is removed (PT10M): uploads ten minutes after they expired, content that nothing refers to, request ids a day after they were used, and all else that docs/retention.md lists.',
  ],
  BAILIWICK_CLOCK_SKEW_MAX: [
    duration.default(60_000),
    'How far the clock of a server’s machine may be from the database’s (PT1M). Beyond it the server is not ready and writes nothing, since one of the two is wrong. Times that count are the database’s in any case.',
  ],
  BAILIWICK_EVENT_RETENTION: [
    duration.refine((ms) => ms >= 60_000, 'is not PT1M or more').default(604_800_000),
    'How long events are kept, so that subscriptions resume from them (P7D).',
  ],
  BAILIWICK_REVISION_RETENTION: [
    retention.default(15_552_000_000),
    'How long revisions are kept after another took their place (P180D): of allowlists, those that no result refers to; of policy overrides, all, and ended candidates.',
  ],
  BAILIWICK_STREAM_LIFETIME: [
    duration.refine((ms) => ms <= 86_400_000, 'is not up to P1D').default(3_600_000),
    'How long a stream of events stays open; then it ends, and clients resume (PT1H).',
  ],
  BAILIWICK_STREAM_PATIENCE: [
    duration.default(30_000),
    'How long the client of a stream may take to read what was sent before it is cut off (PT30S).',
  ],
  ...LIMIT_SETTINGS,
  BAILIWICK_CONTENT_MEMORY: [
    z.coerce
      .number()
      .int()
      .min(CONTENT_MEMORY_MIN)
      .max(2 ** 40)
      .default(CONTENT_MEMORY_MIN),
    'Bytes of logs, lists and uploads that are in memory at a time, compiled lists included; beyond it requests are answered UNAVAILABLE (384 MiB, which the largest list takes and no less will do). The rest of the process takes some 500 MiB more with the embedded database, 200 MiB with Postgres.',
  ],
  BAILIWICK_METRICS_TOKEN: [
    z
      .string()
      .regex(/^\S{32,1024}$/, 'must have 32 to 1024 characters and no white space')
      .optional(),
    'A bearer for programs that scrape /metrics and can do nothing else; best given as a file. Without it a token of a system reader is needed.',
  ],
  BAILIWICK_AUDIT_DENIAL_WINDOW: [
    duration.refine((ms) => ms >= 1000 && ms <= 3_600_000, 'is not from PT1S to PT1H').default(60_000),
    'For how long more of the same denials of one caller are counted before one entry of the audit log tells their number (PT1M). The first is written at once.',
  ],
  BAILIWICK_DRAIN_DELAY: [
    duration.refine((ms) => ms <= 600_000, 'is not up to PT10M').default(0),
    'How long the server goes on to accept connections on shutdown after /readyz began to say no (PT0S): as long as a balancer needs to see it.',
  ],
  BAILIWICK_SHUTDOWN_TIMEOUT: [
    duration.default(10_000),
    'How long open requests may finish on shutdown (PT10S), after the drain delay. Connections that clients keep open without a request are ended within six seconds.',
  ],
} as const;

/** What the domains declare, whichever are served. */
export const DOMAIN_SETTINGS: DeclaredSettings = Object.assign({}, ...DOMAINS.map(({ settings }) => settings));

/** Every setting, by its variable. `docs/configuration.md` is made from it. */
export const SETTINGS: Readonly<Record<string, readonly [form: z.ZodType, purpose: string]>> = {
  ...PROCESS_SETTINGS,
  ...Object.fromEntries(
    Object.values(DOMAIN_SETTINGS).map(({ variable, form, purpose, file }) => [
      variable,
      [file ? form.optional() : form, purpose] as const,
    ]),
  ),
};
