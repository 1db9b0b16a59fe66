import type { ApolloServer } from '@apollo/server';
import {
  type Context,
  Denials,
  type DomainManifest,
  type Route,
  type Services,
  type Settings,
} from './authority/index.js';
import { backgroundOf } from './background.js';
import { type Database, followDatabase } from './db/open.js';
import { ACCESS, AMONG_DOMAINS, AUDIT_LOG, DOMAINS } from './domains.js';
import { ChangeNotifier, Placer } from './events/index.js';
import { ByteBudget } from './platform/byte-budget.js';
import type { Clock } from './platform/clock.js';
import { takeIdsFrom } from './platform/ids.js';
import type { Logger } from './platform/log.js';
import { buildRegistry, type PolicyRegistry, type RegistryInput } from './platform/policy/index.js';
import { probesOf } from './probes.js';
import { createGraphql } from './server/graphql/apollo.js';
import { buildSchema } from './server/graphql/schema.js';
import { anonymousAdmission } from './server/guard/anonymous.js';
import { objectTypesOf } from './server/guard/coordinates.js';
import { enforce, type Guarded } from './server/guard/enforce.js';
import { requireGuardedFields, requireGuardedRoutes } from './server/guard/guards.js';
import { federationPolicies, shapePolicy } from './server/guard/shapes.js';
import { BrowserRequests } from './server/http/browser-requests.js';
import { clientAddressReader } from './server/http/client-address.js';
import { createFrontDoor } from './server/http/front-door.js';
import { LargeBodies } from './server/http/large-bodies.js';
import type { HttpServer, TlsFiles } from './server/http/listener.js';
import { sessionRoutes } from './server/http/session-routes.js';
import type { StopTimes } from './server/http/stopping.js';
import { type LimitSettings, NO_LIMITS, RequestLimits } from './server/limits/rate-limits.js';
import { Metrics, metricsPolicy, metricsRoute } from './server/metrics/metrics.js';
import { type PageSettings, Pages } from './server/pages/pages.js';
import { Lookout } from './server/streams/lookout.js';
import { StreamPlaces } from './server/streams/stream-places.js';
import { Streams, streamPolicy } from './server/streams/streams.js';

const STREAMS_AT_ONCE = 2;

export interface AppOptions extends PageSettings {
  readonly database: Database;
  /** The time; by default the database's, which then also goes into the ids that this process makes. */
  readonly clock?: Clock;
  readonly log: Logger;
  readonly settings: Settings;
  readonly adminPasswordPath: string;
  /** Limits for requests and streams; none by default, as tests need it. */
  readonly limits?: LimitSettings;
  /** How many streams use the database at the same time. */
  readonly streamsAtOnce?: number;
  /** A bearer token that may read the metrics and nothing else. */
  readonly metricsToken?: string | undefined;
  /** Addresses and CIDR blocks of proxies whose X-Forwarded-For header is trusted; none by default. */
  readonly trustedProxies?: readonly string[];
  /** Origins of pages that browsers let use this server besides its own; none by default. */
  readonly allowedOrigins?: readonly string[];
  /** The origin by which browsers reach this server, where a proxy has the certificate. */
  readonly publicUrl?: string | undefined;
  /** Without these files the server speaks plain HTTP. */
  readonly tls?: TlsFiles | undefined;
  /** Domains to serve; all by default. */
  readonly domains?: readonly DomainManifest[];
  /** Whether repeated queries run as plain data where possible; on by default. */
  readonly runsPlain?: boolean;
}

export interface App {
  readonly http: HttpServer;
  readonly services: Services;
  /** Whether this was the first start, which made the administrator. */
  readonly isFirstStart: boolean;
  /** Starts the background work of the domains, which runs until `close`. @throws CannotStart. */
  start(): void;
  /** Ends all open streams. */
  endStreams(): void;
  /** Stops serving and lets running requests finish. All other work continues until `close`. */
  stop(times: StopTimes): Promise<void>;
  close(): Promise<void>;
}

/** Every policy as declared, whichever domains are served: a stub of another domain's type is guarded like the type. */
export function declaredPolicies(): RegistryInput {
  const values = DOMAINS.flatMap((domain) => domain.values ?? []);
  const shapes = shapePolicy(objectTypesOf(buildSchema(DOMAINS)), values);
  return {
    rules: {},
    policies: [
      ...DOMAINS.flatMap((domain) => domain.policies),
      shapes,
      metricsPolicy,
      streamPolicy,
      ...federationPolicies,
    ] as never,
  };
}

export function allPolicies(): PolicyRegistry {
  return buildRegistry(declaredPolicies());
}

/** The guarded schema of the given domains. @throws PolicyError when a field has no guard. */
export function guardedSchema(domains: readonly DomainManifest[], policies: PolicyRegistry): Guarded {
  const schema = buildSchema(domains, policies);
  requireGuardedFields(schema, policies);
  return enforce(schema, policies);
}

/** The composition root: assembles what the domains provide. */
export async function createApp(options: AppOptions): Promise<App> {
  const { database, log, settings, runsPlain } = options;
  const policies = allPolicies();
  const { clock, stopClock } = await clockOf(options);
  const skewMs = () => clock.skewMs?.() ?? 0;
  const gauges = DOMAINS.flatMap((domain) => domain.gauges ?? []);
  const watched = { database, skewMs, gauges, memory: () => memory };
  const metrics = new Metrics(watched, options.metricsToken);
  const memory = new ByteBudget({
    max: settings.contentMemoryBytes,
    onRefusal: (limit) => metrics.refusedContent(limit),
  });
  const declared = declaredPolicies();
  const inForce = ACCESS.policiesInForce({ declared, log, clock, meter: metrics });
  const { record: recordAudit } = AUDIT_LOG;
  const denials = new Denials({ db: database.db, log, meter: metrics, recordAudit, windowMs: settings.denialWindowMs });
  const placer = new Placer({ db: database.at('stream'), clock, log });
  const services: Services = {
    db: database.db,
    clock,
    log,
    declared,
    inForce,
    settings,
    meter: metrics,
    memory,
    ...AMONG_DOMAINS,
    recordAudit,
    keyFor: AUDIT_LOG.keysOf({ db: database.db, settings }),
    placer,
    denials,
  };
  const domains = options.domains ?? DOMAINS;
  const guarded = guardedSchema(domains, policies);
  const limits = new RequestLimits(options.limits ?? NO_LIMITS, clock);
  const notifier = new ChangeNotifier();
  const lookout = new Lookout({
    db: database.at('stream'),
    notifier,
    metrics: metrics.streams,
    atOnce: options.streamsAtOnce ?? STREAMS_AT_ONCE,
  });
  const places = new StreamPlaces(options.limits ?? NO_LIMITS, metrics.streams);
  const streams = new Streams({ guarded, feeds: feedsOf(domains), lookout, places });
  const atDoor = doorOf(options);
  const routes = routesOf(domains, [
    metricsRoute(metrics),
    streams.route,
    ...sessionRoutes({ ...atDoor, sessions: ACCESS.sessions }),
  ]);
  requireGuardedRoutes(routes, policies);
  for (const { prepare } of domains) await prepare?.(services);
  const isFirstStart = (await ACCESS.bootstrap(services, options.adminPasswordPath)) !== null;
  // Read now, so that the start reports what is wrong with them.
  await inForce.at(database.db, 0);
  const graphql: ApolloServer<Context> = createGraphql(guarded, log, { runsPlain, watchers: [metrics.plugin] });
  await graphql.start();
  const { http, stopping } = createFrontDoor({
    services,
    policies,
    database,
    graphql,
    admitAnonymous: anonymousAdmission(guarded.bare, policies),
    largeBodies: new LargeBodies(guarded),
    routes,
    pages: new Pages({ ...options, isDemo: settings.isDemo }),
    metrics,
    limits,
    ...atDoor,
    sessions: ACCESS.sessions,
    probes: probesOf({ database, clock, settings }),
    authenticate: async (db, presented) => {
      const actor = await ACCESS.authenticate(db, database, presented, clock.now());
      return { actor, ...(await inForce.at(db, actor.epoch)) };
    },
  });
  const deafen = await database.listen((said) => notifier.notify(said));
  const background = backgroundOf({ ...services, db: database.at('chore') }, domains);
  const close = async () => {
    streams.end();
    await deafen();
    await background.stopChores();
    await graphql.stop();
    await placer.stop();
    await denials.close();
    await background.stop();
    await stopClock();
  };
  const endStreams = () => streams.end();
  const stop = (times: StopTimes) => stopping.stop(times, endStreams);
  return { http, services, isFirstStart, start: background.start, endStreams, stop, close };
}

const routesOf = (domains: readonly DomainManifest[], others: readonly Route[]) => [
  ...domains.flatMap((domain) => domain.routes ?? []),
  ...others,
];

/** How callers reach the server, and from where. */
function doorOf({ tls, log, publicUrl, trustedProxies = [], allowedOrigins = [] }: AppOptions) {
  const clientAddressOf = clientAddressReader(trustedProxies);
  const browsers = new BrowserRequests({
    publicUrl: publicUrl ?? null,
    hasTls: tls !== undefined,
    clientAddressOf,
    log,
  });
  return { tls, clientAddressOf, allowedOrigins, browsers };
}

/** The given clock or the database's; the audit log is ready for its time. */
async function clockOf({ clock, database, log }: AppOptions): Promise<{ clock: Clock; stopClock(): Promise<void> }> {
  const before = AUDIT_LOG.keeper(database.db, log);
  if (clock) {
    await before(clock.now());
    return { clock, stopClock: async () => {} };
  }
  const own = await followDatabase(database.db, { log, before });
  takeIdsFrom(own);
  return { clock: own, stopClock: () => own.stop() };
}

const feedsOf = (domains: readonly DomainManifest[]) => Object.assign({}, ...domains.map(({ feeds }) => feeds));
