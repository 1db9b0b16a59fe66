import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AppOptions, createApp } from '../../src/app.js';
import type { Settings } from '../../src/authority/index.js';
import type { StatementListener } from '../../src/db/open.js';
import { type Clock, systemClock } from '../../src/platform/clock.js';
import { createLogger, type Logger } from '../../src/platform/log.js';
import { type LimitSettings, NO_LIMITS } from '../../src/server/limits/rate-limits.js';
import { openTestDatabase, type TestDatabase } from './engine.js';
import { worldOf } from './world.js';

const SETTINGS: Omit<Settings, 'auditKeyPath'> = {
  apiAddresses: [],
  apiAuthorities: null,
  agentTokenLifetimeMs: 600_000,
  enrollmentTokenLifetimeMs: 600_000,
  attestationIntervalMs: 60_000,
  attestationGrace: 3,
  challengeLifetimeMs: 60_000,
  recoversAutomatically: false,
  challengeRetentionMs: 86_400_000,
  sweepIntervalMs: 3_600_000,
  clockSkewMaxMs: 60_000,
  auditRetentionMs: null,
  denialWindowMs: 0,
  contentMemoryBytes: 2 ** 40,
  trustExpiryIntervalMs: 3_600_000,
  eventRetentionMs: 86_400_000,
  tokenRetentionMs: 86_400_000,
  sessionIdleMs: 1_800_000,
  sessionMaxMs: 43_200_000,
  endedRetentionMs: 86_400_000,
  retiredAgentRetentionMs: 86_400_000,
  trustTransitionRetentionMs: 86_400_000,
  resultRetentionMs: 86_400_000,
  resultsPerAgent: 1000,
  revisionRetentionMs: 86_400_000,
  nodesMax: 200_000,
  joinTokenLifetimeMaxMs: 2_592_000_000,
  joinTokenRetentionMs: 86_400_000,
  leaseIntervalMs: 60_000,
  nodeConditionIntervalMs: 3_600_000,
  streamLifetimeMs: 600_000,
  streamPatienceMs: 30_000,
  // A password of a story is worth nothing.
  passwordCost: 8,
  passwordWaitMaxMs: 60_000,
};

export interface TestServerOptions {
  readonly settings?: Partial<Settings>;
  /** The machine's by default. */
  readonly clock?: Clock | 'the database’s';
  readonly log?: Logger;
  readonly statements?: StatementListener;
  /** A database other than the one of the engine that the run is about. */
  readonly open?: (statements?: StatementListener) => Promise<TestDatabase>;
  /** What is served. */
  readonly app?: Pick<
    AppOptions,
    'domains' | 'hasGraphiql' | 'runsPlain' | 'allowedOrigins' | 'publicUrl' | 'consoleFolder'
  >;
  /** Limits to set; there are no others. */
  readonly limits?: Partial<LimitSettings>;
  readonly trustedProxies?: readonly string[];
  readonly metricsToken?: string;
}

// biome-ignore lint/suspicious/noExplicitAny: what a test reads out of an answer is what it asserts.
export type Json = any;

export interface Answer {
  readonly status: number;
  readonly body: Json;
  readonly requestId: string;
  /** The body without its request ids, for answers that must be the same. */
  readonly comparable: string;
}

export type { Bearer, OwnedScope, Persona, RoleName, TestScope } from './world.js';

export type TestServer = Awaited<ReturnType<typeof startTestServer>>;

/** The whole server on a port and a database of its own, with helpers that make users and tokens without a log-in. */
export async function startTestServer(options: TestServerOptions = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'bailiwick-test-'));
  const { database, close: closeDatabase } = await (options.open ?? openTestDatabase)(options.statements);
  const adminPasswordPath = join(folder, 'admin-password');
  const app = await createApp({
    database,
    ...(options.clock !== 'the database’s' && { clock: options.clock ?? systemClock }),
    log: options.log ?? createLogger('silent'),
    settings: { ...SETTINGS, auditKeyPath: join(folder, 'audit-key.pem'), ...options.settings },
    adminPasswordPath,
    ...options.app,
    limits: { ...NO_LIMITS, ...options.limits },
    trustedProxies: options.trustedProxies ?? [],
    metricsToken: options.metricsToken,
  });
  await new Promise<void>((resolve) => app.http.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(app.http.address() as AddressInfo).port}`;
  const close = async () => {
    app.http.closeAllConnections();
    await new Promise((resolve) => app.http.close(resolve));
    await app.close();
    await closeDatabase();
    rmSync(folder, { recursive: true });
  };
  const { http, services, endStreams, stop } = app;
  const breakConnections = () => app.http.closeAllConnections();
  return {
    url,
    adminPasswordPath,
    database,
    services,
    http,
    endStreams,
    stop,
    breakConnections,
    close,
    ...client(url),
    ...worldOf(services),
  };
}

/** An API credential as the Authorization header carries it. */
export const basic = ({ id, key }: { readonly id: string; readonly key: string }): string =>
  `Basic ${Buffer.from(`${id}:${key}`).toString('base64')}`;

/** Asks the server at an address. */
export function client(url: string) {
  return {
    /** @param shown A token, or a whole Authorization header such as `basic` makes. */
    async graphql(query: string, variables: object = {}, shown?: string): Promise<Answer> {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(shown !== undefined && { authorization: shown.startsWith('Basic ') ? shown : `Bearer ${shown}` }),
        },
        body: JSON.stringify({ query, variables }),
      });
      const text = await response.text();
      const comparable = text.replaceAll(/"requestId":"[^"]*"/g, '"requestId":""');
      const requestId = response.headers.get('x-request-id') ?? '';
      return { status: response.status, body: JSON.parse(text), requestId, comparable };
    },
  };
}

/** The code of an answer's first error, or undefined. */
export const codeOf = (answer: Answer): string | undefined => answer.body.errors?.[0]?.extensions?.code;
