import type { ApolloServer } from '@apollo/server';
import { workerLoad } from './attestation/index.js';
import { auditDomain, ensureKeyFile, recordAudit } from './audit/index.js';
import {
  type Context,
  type DomainManifest,
  eventSweep,
  requestIdSweep,
  type Services,
  type Settings,
} from './authority/index.js';
import type { Database } from './db/open.js';
import { DOMAINS } from './domains.js';
import { Bells } from './events/index.js';
import { authenticate, authenticateCredential, bootstrapIdentity, Overrides } from './identity/index.js';
import type { Clock } from './platform/clock.js';
import type { Logger } from './platform/log.js';
import { buildRegistry, type PolicyRegistry, type RegistryInput } from './platform/policy/index.js';
import { anonymousAdmission } from './server/anonymous.js';
import { enforce, type Guarded } from './server/enforce.js';
import { graphiqlPages } from './server/graphiql.js';
import { createGraphql } from './server/graphql.js';
import { requireGuardedFields, requireGuardedRoutes } from './server/guards.js';
import { createFrontDoor } from './server/http.js';
import { LargeBodies } from './server/large-bodies.js';
import type { HttpServer, TlsFiles } from './server/listener.js';
import { Metrics, metricsPolicy, metricsRoute } from './server/metrics.js';
import { type LimitSettings, NO_LIMITS, RequestLimits } from './server/rate-limits.js';
import { buildSchema, objectTypesOf } from './server/schema.js';
import { federationPolicies, shapePolicy } from './server/shapes.js';
import { sourceReader } from './server/source.js';
import { Streams, streamPolicy } from './server/streams.js';
import { startSweeper } from './server/sweeper.js';

export interface AppOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Logger;
  readonly settings: Settings;
  readonly adminPasswordPath: string;
  /** What is let through at the door; without them everything is, as tests need it. */
  readonly limits?: LimitSettings;
  /** A bearer that reads the metrics and nothing else. */
  readonly metricsToken?: string | undefined;
  /** Addresses and CIDR blocks of proxies whose X-Forwarded-For is believed; none by default. */
  readonly trustedProxies?: readonly string[];
  /** Without it the server speaks plain HTTP. */
  readonly tls?: TlsFiles | undefined;
  /** Domains to serve; all by default. */
  readonly domains?: readonly DomainManifest[];
  /** Whether to serve GraphiQL; not by default. */
  readonly hasGraphiql?: boolean;
}

export interface App {
  readonly http: HttpServer;
  readonly services: Services;
  /** Where the first administrator's password is, when this was the first start. */
  readonly adminPasswordPath: string | null;
  /** Ends the streams that are open, which would keep the server from closing. */
  endStreams(): void;
  close(): Promise<void>;
}

/** Every policy as declared, whichever domains are served: a stub of another domain's type is guarded like the type. */
export function declaredPolicies(): RegistryInput {
  const shapes = shapePolicy(objectTypesOf(buildSchema(DOMAINS)));
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

/** The schema of some domains, under the policies. @throws PolicyError when a field has no guard. */
export function guardedSchema(domains: readonly DomainManifest[], policies: PolicyRegistry): Guarded {
  const schema = buildSchema(domains, policies);
  requireGuardedFields(schema, policies);
  return enforce(schema, policies);
}

/** The composition root: the only place that knows every domain. */
export async function createApp(options: AppOptions): Promise<App> {
  const { database, clock, log, settings } = options;
  const policies = allPolicies();
  const metrics = new Metrics({ ping: () => database.ping(), workers: workerLoad }, options.metricsToken);
  const owned = DOMAINS.flatMap((domain) => domain.owned ?? []);
  const declared = declaredPolicies();
  const inForce = new Overrides({ declared, log, clock, meter: metrics });
  const services: Services = {
    db: database.db,
    clock,
    log,
    declared,
    inForce,
    settings,
    meter: metrics,
    owned,
    recordAudit,
  };
  const domains = options.domains ?? DOMAINS;
  const guarded = guardedSchema(domains, policies);
  const limits = new RequestLimits(options.limits ?? NO_LIMITS, clock);
  const bells = new Bells();
  const streams = new Streams({ guarded, feeds: feedsOf(domains), bells, limits });
  const routes = [...domains.flatMap((domain) => domain.routes ?? []), metricsRoute(metrics), streams.route];
  requireGuardedRoutes(routes, policies);
  if (domains.includes(auditDomain)) ensureKeyFile(settings.auditKeyPath);
  const adminPasswordPath = await bootstrapIdentity(services, options.adminPasswordPath);
  // Read now, so that what is wrong with them is said at the start.
  await inForce.at(database.db, 0);
  const graphql: ApolloServer<Context> = createGraphql(guarded, log, metrics.plugin);
  await graphql.start();
  const http = createFrontDoor({
    services,
    policies,
    database,
    graphql,
    admitAnonymous: anonymousAdmission(guarded.bare, policies),
    largeBodies: new LargeBodies(guarded),
    routes,
    pages: options.hasGraphiql ? graphiqlPages() : new Map(),
    metrics,
    tls: options.tls,
    limits,
    sourceOf: sourceReader(options.trustedProxies ?? []),
    authenticate: async (db, shown) => {
      const actor =
        shown.kind === 'token'
          ? await authenticate(db, database, shown.token, clock.now())
          : await authenticateCredential(db, database, shown, clock.now());
      return { actor, ...(await inForce.at(db, actor.epoch)) };
    },
  });
  const deafen = await database.listen((topic) => bells.ring(topic));
  const sweeps = [requestIdSweep, eventSweep, ...domains.flatMap((domain) => domain.sweeps ?? [])];
  const sweeper = startSweeper(services, sweeps);
  const close = async () => {
    streams.end();
    await deafen();
    await sweeper.stop();
    await graphql.stop();
  };
  return { http, services, adminPasswordPath, endStreams: () => streams.end(), close };
}

const feedsOf = (domains: readonly DomainManifest[]) => Object.assign({}, ...domains.map(({ feeds }) => feeds));
