import { defaultFieldResolver, extendSchema, type GraphQLSchema, isObjectType, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { allPolicies, guardedSchema } from '../../src/app.js';
import type { DomainManifest, Route } from '../../src/authority/index.js';
import { DOMAINS } from '../../src/domains.js';
import { ChangeNotifier } from '../../src/events/index.js';
import { buildSchema } from '../../src/server/graphql/schema.js';
import { coordinatesOf } from '../../src/server/guard/coordinates.js';
import { enforce } from '../../src/server/guard/enforce.js';
import { requireGuardedFields, requireGuardedRoutes } from '../../src/server/guard/guards.js';
import { sessionRoutes } from '../../src/server/http/session-routes.js';
import { NO_LIMITS } from '../../src/server/limits/rate-limits.js';
import { metricsRoute } from '../../src/server/metrics/metrics.js';
import { Lookout } from '../../src/server/streams/lookout.js';
import { StreamPlaces } from '../../src/server/streams/stream-places.js';
import { Streams } from '../../src/server/streams/streams.js';
import { idleMetrics } from '../harness/idle-metrics.js';

const policies = allPolicies();
const metrics = idleMetrics();
const lookout = new Lookout({ db: {} as never, notifier: new ChangeNotifier(), metrics: metrics.streams, atOnce: 1 });
const places = new StreamPlaces(NO_LIMITS, metrics.streams);
const streams = new Streams({ guarded: guardedSchema(DOMAINS, policies), feeds: {}, lookout, places });
const routes = [
  ...DOMAINS.flatMap((domain) => domain.routes ?? []),
  ...[metricsRoute(metrics), streams.route, ...sessionRoutes({} as never)],
];
const routeCoordinates = routes.map((route) => `HTTP.${route.name}`);
const coordinates = [...coordinatesOf(buildSchema(DOMAINS)), ...routeCoordinates];

function resolverOf(schema: GraphQLSchema, coordinate: string) {
  const [type = '', name = ''] = coordinate.split('.');
  const parent = schema.getType(type);
  const field = isObjectType(parent) ? parent.getFields()[name] : undefined;
  if (!field) throw new Error(`there is no field ${coordinate}`);
  return field;
}

const apart = coordinatesOf(buildSchema(DOMAINS)).filter((coordinate) => policies.claimedApart(coordinate));

describe('coverage', () => {
  test('ok: a policy guards every field and every route', () => {
    expect(routes.length).toBeGreaterThan(0);
    expect(policies.uncovered(coordinates)).toEqual([]);
  });

  test('ok: every claim names a field or a route that exists', () => {
    expect(policies.unknownClaims(coordinates)).toEqual([]);
  });

  test('ok: every field of Subscription has a feed', () => {
    const subscriptions = Object.keys(buildSchema(DOMAINS).getSubscriptionType()?.getFields() ?? {});
    expect(subscriptions.length).toBeGreaterThan(0);
    expect(DOMAINS.flatMap(({ feeds }) => Object.keys(feeds ?? {})).sort()).toEqual(subscriptions.sort());
  });

  test('ok: every field claimed apart from its type has a resolver of its own', () => {
    const schema = buildSchema(DOMAINS);
    expect(apart.length).toBeGreaterThan(0);
    const bare = apart.filter(
      (name) => (resolverOf(schema, name).resolve ?? defaultFieldResolver) === defaultFieldResolver,
    );
    expect(bare).toEqual([]);
  });

  test.each([...DOMAINS.map((domain) => [domain]), [...DOMAINS]].map((domains) => [names(domains), domains] as const))(
    'ok: the guard takes %s',
    (_names, domains) => {
      const schema = buildSchema(domains);
      requireGuardedFields(schema, policies);
      expect(coordinatesOf(enforce(schema, policies).shielded)).toEqual(coordinatesOf(schema));
    },
  );

  test('refused: a new field on a type claimed field by field', () => {
    const extended = extendSchema(buildSchema(DOMAINS), parse('extend type Query { loophole: String }'));
    expect(() => requireGuardedFields(extended, policies)).toThrow('no policy guards Query.loophole');
  });

  test('refused: a new type that no policy claims', () => {
    const extended = extendSchema(buildSchema(DOMAINS), parse('type Loophole { secret: String }'));
    expect(() => requireGuardedFields(extended, policies)).toThrow('no policy guards Loophole.secret');
  });

  test('refused: a new route without a policy', () => {
    const route: Route = { name: 'loophole', method: 'GET', path: /^\/loophole$/, handle: async () => {} };
    requireGuardedRoutes(routes, policies);
    expect(() => requireGuardedRoutes([...routes, route], policies)).toThrow('no policy guards HTTP.loophole');
  });

  test.each([undefined, defaultFieldResolver])('refused: a field claimed apart, resolved by %o', (resolve) => {
    for (const coordinate of apart) {
      const schema = buildSchema(DOMAINS);
      resolverOf(schema, coordinate).resolve = resolve;
      expect(() => requireGuardedFields(schema, policies)).toThrow(`no resolver of its own for ${coordinate}`);
    }
  });
});

function names(domains: readonly DomainManifest[]): string {
  return domains.map((domain) => domain.name).join(', ');
}
