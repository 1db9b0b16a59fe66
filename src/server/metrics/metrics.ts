import type { ServerResponse } from 'node:http';
import type { ApolloServerPlugin } from '@apollo/server';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Context, OwnGauge, Route } from '../../authority/index.js';
import type { Meter } from '../../platform/meter.js';
import { definePolicy } from '../../platform/policy/index.js';
import { hashSecret, isSecret } from '../../platform/secrets.js';
import { type WatchedDatabase, watchDatabase } from './database-metrics.js';
import { StreamMetrics } from './stream-metrics.js';

export const metricsPolicy = definePolicy({
  name: 'metrics:read',
  description: 'Read the metrics of the server.',
  scopeTypes: ['system'],
  check: 'role:reader',
  operations: ['HTTP.metrics'],
});

/** What each scrape reads. */
export interface Probes {
  readonly database: WatchedDatabase;
  readonly memory: () => { readonly inUse: number; readonly max: number };
  /** How far this machine's clock is ahead of the database's, in milliseconds. */
  readonly skewMs: () => number;
  /** Measurements of the domains. */
  readonly gauges: readonly OwnGauge[];
}

/** What the door holds at a scrape. */
export interface DoorLoad {
  readonly arriving: Readonly<Record<'strangers' | 'known', number>>;
  readonly running: Readonly<Record<'strangers' | 'known', number>>;
  readonly connections: number;
  readonly lookUpsWaiting: number;
}

/** Why the server cut off a request or a connection that had begun. */
export type CutReason = 'body_late' | 'bodies_full' | 'answer_unread' | 'connections_full';

/** Gauges of the library with names of counters, which Prometheus's own check refuses. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

const SECONDS = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30];

/** The measurements of the process, in Prometheus's format. */
export class Metrics implements Meter {
  readonly #registry = new Registry();
  readonly streams = new StreamMetrics(this.#registry);
  readonly #scrapeTokenHash: string | null;
  readonly #http = this.#histogram('bailiwick_http_request_duration_seconds', 'HTTP requests', ['route', 'status']);
  readonly #operations = this.#histogram('bailiwick_operation_duration_seconds', 'GraphQL operations', [
    'kind',
    'outcome',
  ]);
  readonly #verdicts = this.#counter('bailiwick_verifications_total', 'Evidence that was judged', ['verdict']);
  readonly #failures = this.#counter('bailiwick_verification_failures_total', 'Results that hold a failure', ['code']);
  readonly #contentRefusals = this.#counter(
    'bailiwick_content_memory_refusals_total',
    'Content that found no room in memory, because of all that was in use or of what its caller held',
    ['limit'],
  );
  readonly #candidate = this.#counter(
    'bailiwick_policy_candidate_changes_total',
    'Decisions that the candidate policies would have made otherwise',
    ['policy', 'scope', 'change'],
  );

  readonly #merged = this.#counter(
    'bailiwick_denials_merged_total',
    'Denials that were counted with others of the same',
  );
  readonly #lost = this.#counter('bailiwick_denials_lost_total', 'Denials that the audit log could not take');
  readonly #plainRunFaults = this.#counter(
    'bailiwick_plain_run_faults_total',
    'Queries whose run as plain data failed by a mistake in the server, and which graphql’s own execution answered',
  );
  readonly #cost = this.#counter(
    'bailiwick_operation_cost_seconds_total',
    'What operations were charged, as seconds of CPU by the table of prices',
    ['kind'],
  );
  readonly #refusals = this.#counter(
    'bailiwick_requests_refused_total',
    'GraphQL requests that were refused before anything ran, by the bound that they are beyond',
    ['bound'],
  );

  /** @param scrapeToken A bearer token that only reads the metrics; without it, only the policy decides who may. */
  constructor(probes: Probes, scrapeToken?: string) {
    this.#scrapeTokenHash = scrapeToken === undefined ? null : hashSecret(scrapeToken);
    collectDefaultMetrics({ register: this.#registry });
    for (const name of MISNAMED) this.#registry.removeSingleMetric(name);
    for (const { name, help, read } of probes.gauges) this.#gauge(name, help, read);
    const content = 'Bytes of content in memory, compiled lists included';
    this.#gauge('bailiwick_content_memory_used_bytes', content, () => probes.memory().inUse);
    this.#gauge('bailiwick_content_memory_limit_bytes', 'The most of them', () => probes.memory().max);
    this.#gauge(
      'bailiwick_clock_skew_seconds',
      'How far this machine’s clock is ahead of the database’s; negative behind',
      () => probes.skewMs() / 1000,
    );
    watchDatabase(this.#registry, probes.database);
  }

  readonly #cuts = this.#counter('bailiwick_door_cuts_total', 'Requests and connections that the server closed', [
    'reason',
  ]);

  /** From now on reports what the door holds. */
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

  /** Counts the cost of an operation that begins, in microseconds of CPU. */
  charged(kind: string, cost: number): void {
    this.#cost.inc({ kind }, cost / 1e6);
  }

  /** Counts a refusal when a bound is its reason. */
  refused({ extensions }: { readonly extensions?: { readonly [name: string]: unknown } | undefined }): void {
    const bound = extensions?.code === 'RATE_LIMITED' ? 'rate' : extensions?.bound;
    if (typeof bound === 'string') this.#refusals.inc({ bound });
  }

  verified(verdict: 'ACCEPTED' | 'REJECTED', codes: ReadonlySet<string>): void {
    this.#verdicts.inc({ verdict });
    for (const code of codes) this.#failures.inc({ code });
  }

  refusedContent(limit: 'all' | 'caller'): void {
    this.#contentRefusals.inc({ limit });
  }

  wouldChange(policy: string, scope: string, change: string): void {
    this.#candidate.inc({ policy, scope, change });
  }

  denialsMerged(): void {
    this.#merged.inc();
  }

  plainRunFaulted(): void {
    this.#plainRunFaults.inc();
  }

  denialsLost(count: number): void {
    this.#lost.inc(count);
  }

  /** Measures operations by kind and by the code of their first error. */
  readonly plugin: ApolloServerPlugin<Context> = {
    requestDidStart: async () => {
      const started = performance.now();
      return {
        willSendResponse: async ({ operation, response }) => {
          if (response.body.kind !== 'single') return;
          const [error] = response.body.singleResult.errors ?? [];
          const outcome = String(error?.extensions?.code ?? 'OK');
          if (error) this.refused(error);
          const seconds = (performance.now() - started) / 1000;
          this.#operations.observe({ kind: operation?.operation ?? 'none', outcome }, seconds);
        },
      };
    },
  };

  isScraper(authorization: string | undefined): boolean {
    const token = /^Bearer (\S{1,1024})$/i.exec(authorization ?? '')?.[1];
    return token !== undefined && isSecret(token, this.#scrapeTokenHash);
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

  #counter<T extends string>(name: string, help: string, labelNames: T[] = []): Counter<T> {
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
