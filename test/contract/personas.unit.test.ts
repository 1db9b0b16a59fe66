import { describe, expect, test } from 'vitest';
import { DOMAINS } from '../../src/domains.js';
import { buildSchema } from '../../src/server/graphql/schema.js';
import { coordinatesRead, coordinatesToRead, entityNames } from './personas/coverage.js';
import { mutationsOf } from './personas/doing.js';
import { DOORS, FIXTURES, MUTATIONS, ROUTES, WATCHED } from './personas/fixtures.js';

const schema = buildSchema(DOMAINS);
const routes = DOMAINS.flatMap((domain) => domain.routes ?? []);

describe('the persona matrix asks everything that exists', () => {
  test('ok: a domain’s mutations, subscriptions and routes are in its own fixture', () => {
    const names = (of: object | undefined) => Object.keys(of ?? {}).sort();
    const held = FIXTURES.map((one) => [one.domain, names(one.mutations), names(one.watched), names(one.routes)]);
    expect(held).toEqual(
      DOMAINS.map(({ name, resolvers, feeds, routes: own = [] }) => {
        return [name, names(resolvers.Mutation), names(feeds), own.map((route) => route.name).sort()];
      }),
    );
  });

  test('ok: every query, and every field that leads from one object to another', () => {
    const wanted = coordinatesToRead(schema);
    expect(wanted.length).toBeGreaterThan(20);
    const read = coordinatesRead(schema);
    expect(wanted.filter((coordinate) => !read.has(coordinate))).toEqual([]);
  });

  test('ok: every entity, every mutation, every subscription and every route', () => {
    const entities = new Set(Object.values(DOORS).flatMap(({ entity }) => entity ?? []));
    expect([...entities].sort()).toEqual(entityNames(schema).sort());
    expect(Object.keys(MUTATIONS).sort()).toEqual(
      mutationsOf(schema)
        .map(({ name }) => name)
        .sort(),
    );
    expect(Object.keys(WATCHED).sort()).toEqual(Object.keys(schema.getSubscriptionType()?.getFields() ?? {}).sort());
    expect(Object.keys(ROUTES).sort()).toEqual(routes.map(({ name }) => name).sort());
  });
});
