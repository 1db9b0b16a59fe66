import { describe, expect, test } from 'vitest';
import { DOMAINS } from '../../src/domains.js';
import { buildSchema } from '../../src/server/graphql/schema.js';
import { coordinatesRead, coordinatesToRead, entityNames } from './personas/coverage.js';
import { MUTATIONS, mutationsOf } from './personas/doing.js';
import { DOORS } from './personas/doors.js';
import { ROUTES } from './personas/routes.js';
import { WATCHED } from './personas/watching.js';

const schema = buildSchema(DOMAINS);

describe('the persona matrix asks everything that exists', () => {
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
    const routes = DOMAINS.flatMap((domain) => domain.routes ?? []);
    expect(Object.keys(ROUTES).sort()).toEqual(routes.map(({ name }) => name).sort());
  });
});
