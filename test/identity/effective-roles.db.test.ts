import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { effectiveRoles, listHeldScopes, type RoleScope, rolesInForce } from '../../src/identity/assignments/index.js';
import { openTestDatabase } from '../harness/engine.js';
import { asId } from '../harness/ids.js';
import { at, DOMAINS, modelRoles, USERS, worldArbitrary, writeWorld } from './role-world.js';

const statements: string[] = [];
const database = await openTestDatabase({ logQuery: (statement) => void statements.push(statement) });
const { db } = database;
afterAll(() => database.close());

const sortedById = (scopes: readonly (RoleScope & { readonly roles: readonly string[] })[]) =>
  scopes
    .map(({ type, domainId, projectId, roles }) => ({ type, domainId, projectId, roles }))
    .sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));

test('ok: random trees, groups, implications and times come to what a plain model says', async () => {
  const counts = { some: 0, none: 0 };
  const property = fc.asyncProperty(worldArbitrary, fc.nat(10), async (world, now) => {
    await writeWorld(db, world);
    const cacheOwner = {};
    const scopes: RoleScope[] = [
      { type: 'system', domainId: null, projectId: null },
      ...DOMAINS.map((domainId): RoleScope => ({ type: 'domain', domainId, projectId: null })),
      ...world.projects.map(({ id, domainId }): RoleScope => ({ type: 'project', domainId, projectId: id })),
    ];
    for (const userId of USERS) {
      const listed = await listHeldScopes(db, userId, at(now), { limit: 100, after: null });
      expect(sortedById(listed), `all of ${userId}`).toEqual(
        sortedById(scopes.map((scope) => ({ ...scope, roles: modelRoles(world, userId, scope, now) }))).filter(
          ({ roles }) => roles.length > 0,
        ),
      );
      for (const scope of scopes) {
        const held = await effectiveRoles(db, cacheOwner, userId, scope, 1, at(now));
        expect(held, `${userId} on ${JSON.stringify(scope)}`).toEqual(modelRoles(world, userId, scope, now));
        counts[held.length > 0 ? 'some' : 'none'] += 1;
      }
    }
  });
  await fc.assert(property, { numRuns: 60 });
  expect(counts.some).toBeGreaterThan(50);
  expect(counts.none).toBeGreaterThan(50);
}, 120_000);

test('ok: what is in force lasts until the next assignment begins or ends', async () => {
  const scope = { type: 'domain', domainId: asId('d1'), projectId: null } as const;
  const given = { userId: asId('u2'), groupId: null, isInherited: false, scope };
  await writeWorld(db, {
    roles: [1, 2, 3].map((n) => ({ id: asId(`r${n}`), domainId: null, name: `n${n}`, implies: [] })),
    projects: [],
    members: [],
    assignments: [
      { ...given, roleId: asId('r1'), notBefore: 10, expiresAt: 40 },
      { ...given, roleId: asId('r2'), notBefore: null, expiresAt: 20 },
      { ...given, roleId: asId('r3'), notBefore: 30, expiresAt: null },
    ],
  });
  const inForce = async (now: number) => {
    const { names, until } = await rolesInForce(db, {}, asId('u2'), scope, 1, at(now));
    return [names, until];
  };
  expect(await inForce(5)).toEqual([['n2'], at(10)]);
  expect(await inForce(10)).toEqual([['n1', 'n2'], at(20)]);
  expect(await inForce(20)).toEqual([['n1'], at(30)]);
  expect(await inForce(30)).toEqual([['n1', 'n3'], at(40)]);
  expect(await inForce(40)).toEqual([['n3'], null]);
});

test('ok: it takes one statement, whoever holds it and wherever it comes from; none while rights stay as they are', async () => {
  const project = { id: asId('p0'), domainId: asId('d0'), parentId: null };
  const scope = { type: 'project', domainId: asId('d0'), projectId: asId('p0') } as const;
  const given = { roleId: asId('r0'), isInherited: false, notBefore: null, expiresAt: null, scope };
  await writeWorld(db, {
    roles: [{ id: asId('r0'), domainId: null, name: 'n0', implies: [] }],
    projects: [project],
    members: [[asId('g0'), asId('u1')]],
    assignments: [
      { ...given, userId: asId('u0'), groupId: null },
      { ...given, userId: null, groupId: asId('g0') },
    ],
  });
  const cacheOwner = {};
  // The first one reads the roles themselves too, which are kept for all.
  expect(await effectiveRoles(db, cacheOwner, asId('u0'), scope, 1, at(1))).toEqual(['n0']);
  statements.length = 0;
  expect(await effectiveRoles(db, cacheOwner, asId('u1'), scope, 1, at(1))).toEqual(['n0']);
  expect(statements).toHaveLength(1);
  expect(await effectiveRoles(db, cacheOwner, asId('u1'), scope, 1, at(2))).toEqual(['n0']);
  expect(statements).toHaveLength(1);
});
