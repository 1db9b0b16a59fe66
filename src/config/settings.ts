import { z } from 'zod';
import type { DeclaredSettings } from '../authority/index.js';
import { CONNECTIONS_MIN } from '../db/gate.js';
import { DOMAINS } from '../domains.js';
import { duration, flag, retention } from '../platform/setting-forms.js';
import { clientAddressReader } from '../server/http/client-address.js';
import { ORIGINS_MAX, originFault } from '../server/http/cross-origin.js';
import { LIMIT_SETTINGS } from './limit-settings.js';

/** One caller may hold five sixths, 320 MiB: the tables of the largest list (429,400,000 bytes) take about 250 MiB. */
const CONTENT_MEMORY_MIN = 384 * 1024 * 1024;

const sslmodeOf = (url: string) => /[?&]sslmode=([^&]*)/.exec(url)?.[1] ?? '';

function areBlocks(blocks: readonly string[]): boolean {
  try {
    clientAddressReader(blocks);
    return true;
  } catch {
    return false;
  }
}

const origins = z.string().transform((text, issue) => {
  const all = text.split(',').map((origin) => origin.trim());
  if (all.length > ORIGINS_MAX) issue.addIssue(`names more than ${ORIGINS_MAX} origins`);
  for (const [index, origin] of all.slice(0, ORIGINS_MAX).entries()) {
    const fault = originFault(origin);
    if (fault !== null) issue.addIssue(`origin ${index + 1} ${fault}`);
  }
  return all;
});

/** Whether nobody on the way to this address can read what a browser sends. */
const isProtected = (origin: string) => /^https:|^http:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(origin);

/** The settings that no domain declares: variable, form, default and purpose. */
export const PROCESS_SETTINGS = {
  BAILIWICK_HOST: [z.string().default('127.0.0.1'), 'Address to listen on.'],
  BAILIWICK_PORT: [z.coerce.number().int().min(0).max(65535).default(4000), 'Port to listen on; 0 chooses a free one.'],
  BAILIWICK_SOCKET_PATH: [
    z.string().min(1).max(100).optional(),
    'A Unix socket to listen on, with mode 0660, instead of the address and port.',
  ],
  BAILIWICK_TLS_CERTIFICATE_PATH: [
    z.string().optional(),
    'Certificate with its chain, in PEM. With it the server uses TLS, 1.2 or newer. On SIGHUP the server reads it and the key again.',
  ],
  BAILIWICK_TLS_KEY_PATH: [z.string().optional(), 'The certificate’s private key, in PEM.'],
  BAILIWICK_TRUSTED_PROXIES: [
    z
      .string()
      .transform((text) => text.split(',').map((block) => block.trim()))
      .refine(areBlocks, 'must be addresses or CIDR blocks, separated by commas')
      .default([]),
    'Addresses and CIDR blocks of proxies, separated by commas. The server takes the client address from X-Forwarded-For only when one of these sends it. If you name at least one proxy, the server also trusts every connection over the Unix socket.',
  ],
  BAILIWICK_ALLOWED_ORIGINS: [
    origins.default([]),
    'Origins of web pages that may use this server from a browser, besides its own GraphiQL, separated by commas: each as scheme://host[:port], for example https://console.example.org. None by default; * and null are refused. Pages send tokens themselves: the server never allows cookies.',
  ],
  BAILIWICK_PUBLIC_URL: [
    z
      .string()
      .transform((text, issue) => {
        const fault = originFault(text);
        if (fault !== null) issue.addIssue(fault);
        else if (!isProtected(text)) issue.addIssue('is not https, which sessions need except on this machine');
        return text;
      })
      .optional(),
    'The address by which browsers reach the server through a proxy, as scheme://host[:port], for example https://bailiwick.example.org. Sessions of browsers need TLS: set it where a proxy has the certificate. Without it, the server takes the address from each request.',
  ],
  BAILIWICK_DATA_DIR: [z.string().default('.bailiwick'), 'Folder of the embedded database, with mode 0700.'],
  BAILIWICK_ADMIN_PASSWORD_PATH: [
    z.string().optional(),
    'File for the generated password of the first administrator. The default is the data folder’s name with .admin-password, beside the folder, so a backup of the folder does not contain it.',
  ],
  DATABASE_URL: [
    z
      .string()
      .regex(/^postgres(ql)?:\/\//, 'must begin with postgres://')
      // The driver reads other words as no TLS, as TLS that falls back to none, or as verify-full.
      .refine((url) => /^(require|verify-full)?$/.test(sslmodeOf(url)), 'sslmode must be require or verify-full')
      .optional(),
    'Address of a Postgres database (15 or newer, with the encoding UTF8). Without it the server uses the embedded database. With sslmode=verify-full, the connection requires TLS and a certificate for the host name in the address, from an authority that Node knows (NODE_EXTRA_CA_CERTS adds one). With sslmode=require, it requires TLS and does not check the certificate.',
  ],
  BAILIWICK_DATABASE_CONNECTIONS: [
    z.coerce.number().int().min(CONNECTIONS_MIN).max(200).default(10),
    'Most connections to Postgres for requests and background jobs. Event streams use a quarter of them, at most four. In addition, a server has one connection that listens for events and one for /readyz, and for a moment one more at a start or when the database fails.',
  ],
  BAILIWICK_DATABASE_CONNECTION_WAIT_MAX: [
    duration.refine((ms) => ms >= 100 && ms <= 60_000, 'is not from PT0.1S to PT1M').default(5_000),
    'How long a request waits for a free connection to Postgres before it gets UNAVAILABLE (PT5S).',
  ],
  BAILIWICK_DATABASE_LOCK_WAIT_MAX: [
    duration.refine((ms) => ms >= 100 && ms <= 30_000, 'is not from PT0.1S to PT30S').default(5_000),
    'How long a statement waits in Postgres for a lock of another session before its request gets UNAVAILABLE (PT5S).',
  ],
  BAILIWICK_DOMAINS: [z.string().optional(), 'Names of the domains to serve, separated by commas; all by default.'],
  BAILIWICK_GRAPHIQL: [
    flag.default(true),
    'Whether to serve GraphiQL, a page for exploring the API, at /graphiql. The page contains no data.',
  ],
  BAILIWICK_PLAIN_RUNS: [
    flag.default(true),
    'Whether the server runs queries that it has seen before by a shortcut, where it can. That takes less CPU for long lists and returns the same. Set it to false when the alert BailiwickPlainRunFaults fires: then graphql itself runs every operation.',
  ],
  BAILIWICK_LOG_LEVEL: [
    z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
    'The lowest level of messages that the server logs.',
  ],
  BAILIWICK_SWEEP_INTERVAL: [
    duration.refine((ms) => ms >= 1000 && ms <= 86_400_000, 'is not from PT1S to P1D').default(600_000),
    'How often the server removes old rows (PT10M): uploads ten minutes after they expired, content that nothing refers to, request ids a day after they were used, and everything else that docs/retention.md lists.',
  ],
  BAILIWICK_CLOCK_SKEW_MAX: [
    duration.default(60_000),
    'How much the clocks of the server and the database may differ (PT1M). If they differ more, one of them is wrong, and the server is not ready and writes nothing. The server always decides by the database’s time.',
  ],
  BAILIWICK_EVENT_RETENTION: [
    duration.refine((ms) => ms >= 60_000, 'is not PT1M or more').default(604_800_000),
    'How long the server keeps events, so that subscriptions can resume (P7D).',
  ],
  BAILIWICK_REVISION_RETENTION: [
    retention.default(15_552_000_000),
    'How long the server keeps revisions after a newer one replaced them (P180D): revisions of allowlists to which no result refers, all revisions of policy overrides, and ended candidates.',
  ],
  BAILIWICK_STREAM_LIFETIME: [
    duration.refine((ms) => ms <= 86_400_000, 'is not up to P1D').default(3_600_000),
    'How long an event stream stays open; then it ends, and clients resume (PT1H).',
  ],
  BAILIWICK_STREAM_PATIENCE: [
    duration.default(30_000),
    'How long the client of an event stream may take to read what the server sent, before the server closes the connection (PT30S).',
  ],
  ...LIMIT_SETTINGS,
  BAILIWICK_CONTENT_MEMORY: [
    z.coerce
      .number()
      .int()
      .min(CONTENT_MEMORY_MIN)
      .max(2 ** 40)
      .default(CONTENT_MEMORY_MIN),
    'Most bytes of logs, lists and uploads in memory at a time, including compiled lists; above it requests get UNAVAILABLE (384 MiB, which is also the minimum, because the largest list needs it). The rest of the process takes about 600 MiB more with the embedded database, and 200 MiB with Postgres.',
  ],
  BAILIWICK_METRICS_TOKEN: [
    z
      .string()
      .regex(/^\S{32,1024}$/, 'must have 32 to 1024 characters and no white space')
      .optional(),
    'A bearer token for programs that scrape /metrics. It is valid for nothing else; set it by a file if possible. Without it, /metrics requires the token of a system reader.',
  ],
  BAILIWICK_AUDIT_DENIAL_WINDOW: [
    duration.refine((ms) => ms >= 1000 && ms <= 3_600_000, 'is not from PT1S to PT1H').default(60_000),
    'How long the server counts repeated denials of one caller before it writes one audit entry with their number (PT1M). It writes the first denial at once.',
  ],
  BAILIWICK_DRAIN_DELAY: [
    duration.refine((ms) => ms <= 600_000, 'is not up to PT10M').default(0),
    'On shutdown, how long the server still accepts connections after /readyz begins to return 503 (PT0S): as long as a balancer needs to notice.',
  ],
  BAILIWICK_SHUTDOWN_TIMEOUT: [
    duration.default(10_000),
    'On shutdown, how long running requests may take to finish after the drain delay (PT10S). The server closes connections without a request within six seconds.',
  ],
} as const;

/** The settings that domains declare, whichever domains are served. */
export const DOMAIN_SETTINGS: DeclaredSettings = Object.assign({}, ...DOMAINS.map(({ settings }) => settings));

/** Every setting, by its variable. `docs/configuration.md` is generated from it. */
export const SETTINGS: Readonly<Record<string, readonly [form: z.ZodType, purpose: string]>> = {
  ...PROCESS_SETTINGS,
  ...Object.fromEntries(
    Object.values(DOMAIN_SETTINGS).map(({ variable, form, purpose, file }) => [
      variable,
      [file ? form.optional() : form, purpose] as const,
    ]),
  ),
};
