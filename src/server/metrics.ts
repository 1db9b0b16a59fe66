import { createHash, timingSafeEqual } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { ApolloServerPlugin } from '@apollo/server';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Context, Route } from '../authority/index.js';
import type { Meter } from '../platform/meter.js';
import { definePolicy } from '../platform/policy/index.js';

export const metricsPolicy = definePolicy({
  name: 'metrics:read',
  description: 'Read what the process measures of itself.',
  scopeTypes: ['system'],
  check: 'role:reader',
  operations: ['HTTP.metrics'],
});

/** What is asked at each scrape. */
export interface Probes {
  /** Rejects when the database does not answer. */
  readonly ping: () => Promise<void>;
  readonly workers: () => { readonly waiting: number; readonly threads: number };
}

/** What the door holds at a scrape. */
export interface DoorLoad {
  readonly arriving: Readonly<Record<'strangers' | 'known', number>>;
  readonly running: Readonly<Record<'strangers' | 'known', number>>;
  readonly connections: number;
  readonly lookUpsWaiting: number;
}

/** Why the door gave up a request or a connection that somebody had begun. */
export type CutReason = 'body_late' | 'bodies_full' | 'answer_unread' | 'connections_full';

const SECONDS = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30];
const PING_TIMEOUT_MS = 2000;

/** The process's measurements, in the form that Prometheus reads. */
export class Metrics implements Meter {
  readonly #registry = new Registry();
  readonly #scrapeToken: Buffer | null;
  readonly #http = this.#histogram('bailiwick_http_request_duration_seconds', 'HTTP requests', ['route', 'status']);
  readonly #operations = this.#histogram('bailiwick_operation_duration_seconds', 'GraphQL operations', [
    'kind',
    'outcome',
  ]);
  readonly #verdicts = this.#counter('bailiwick_verifications_total', 'Evidence that was judged', ['verdict']);
  readonly #failures = this.#counter('bailiwick_verification_failures_total', 'Results that hold a failure', ['code']);
  readonly #candidate = this.#counter(
    'bailiwick_policy_candidate_changes_total',
    'Decisions that the candidate policies would have made otherwise',
    ['policy', 'scope', 'change'],
  );

  /** @param scrapeToken A bearer that reads the metrics and nothing else; without it only a token by policy does. */
  constructor(probes: Probes, scrapeToken?: string) {
    this.#scrapeToken = scrapeToken === undefined ? null : digest(scrapeToken);
    collectDefaultMetrics({ register: this.#registry });
    this.#gauge('bailiwick_worker_tasks_waiting', 'Tasks that wait for a thread', () => probes.workers().waiting);
    this.#gauge('bailiwick_worker_threads', 'Threads that verify and compile', () => probes.workers().threads);
    const help =
      'How long the database takes for a trivial statement, a free connection included; NaN without an answer';
    this.#gauge('bailiwick_database_ping_seconds', help, () => pingSeconds(probes.ping));
  }

  readonly #cuts = this.#counter('bailiwick_door_cuts_total', 'Requests and connections that were given up', [
    'reason',
  ]);

  /** Tells from now on what the door holds. */
  watchDoor(load: () => DoorLoad): void {
    for (const caller of ['strangers', 'known'] as const) {
      const of = caller === 'known' ? 'callers who are known' : 'strangers';
      this.#gauge(`bailiwick_bodies_arriving_${caller}`, `Bodies of ${of} on their way`, () => load().arriving[caller]);
      this.#gauge(`bailiwick_requests_running_${caller}`, `Requests of ${of} that run`, () => load().running[caller]);
    }
    this.#gauge('bailiwick_connections_open', 'Open connections', () => load().connections);
    this.#gauge('bailiwick_look_ups_waiting', 'Bearers that wait to be looked up', () => load().lookUpsWaiting);
  }

  cut(reason: CutReason): void {
    this.#cuts.inc({ reason });
  }

  requested(route: string, status: string, seconds: number): void {
    this.#http.observe({ route, status }, seconds);
  }

  verified(verdict: 'ACCEPTED' | 'REJECTED', codes: ReadonlySet<string>): void {
    this.#verdicts.inc({ verdict });
    for (const code of codes) this.#failures.inc({ code });
  }

  wouldChange(policy: string, scope: string, change: string): void {
    this.#candidate.inc({ policy, scope, change });
  }

  /** Times operations by kind and by the code of their first error. */
  readonly plugin: ApolloServerPlugin<Context> = {
    requestDidStart: async () => {
      const started = performance.now();
      return {
        willSendResponse: async ({ operation, response }) => {
          if (response.body.kind !== 'single') return;
          const outcome = String(response.body.singleResult.errors?.[0]?.extensions?.code ?? 'OK');
          const seconds = (performance.now() - started) / 1000;
          this.#operations.observe({ kind: operation?.operation ?? 'none', outcome }, seconds);
        },
      };
    },
  };

  isScraper(authorization: string | undefined): boolean {
    const token = /^Bearer (\S{1,1024})$/i.exec(authorization ?? '')?.[1];
    return token !== undefined && this.#scrapeToken !== null && timingSafeEqual(digest(token), this.#scrapeToken);
  }

  async answer(response: ServerResponse): Promise<void> {
    const text = await this.#registry.metrics();
    response.writeHead(200, { 'content-type': this.#registry.contentType }).end(text);
  }

  #histogram<T extends string>(name: string, help: string, labelNames: T[]): Histogram<T> {
    return new Histogram({
      name,
      help: `${help}, in seconds.`,
      labelNames,
      buckets: SECONDS,
      registers: [this.#registry],
    });
  }

  #counter<T extends string>(name: string, help: string, labelNames: T[]): Counter<T> {
    return new Counter({ name, help: `${help}.`, labelNames, registers: [this.#registry] });
  }

  #gauge(name: string, help: string, read: () => number | Promise<number>): void {
    const collect = async () => gauge.set(await read());
    const gauge: Gauge = new Gauge({ name, help: `${help}.`, registers: [this.#registry], collect });
  }
}

export const metricsRoute = (metrics: Metrics): Route => ({
  name: 'metrics',
  method: 'GET',
  path: /^\/metrics$/,
  handle: (_context, _parameter, _request, response) => metrics.answer(response),
});

const digest = (token: string) => createHash('sha256').update(token).digest();

async function pingSeconds(ping: () => Promise<void>): Promise<number> {
  const started = performance.now();
  const isAnswered = ping().then(
    () => true,
    () => false,
  );
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), PING_TIMEOUT_MS);
  });
  const isUp = await Promise.race([isAnswered, timeout]);
  clearTimeout(timer);
  return isUp ? (performance.now() - started) / 1000 : Number.NaN;
}
