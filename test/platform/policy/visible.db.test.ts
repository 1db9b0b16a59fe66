import { eq, type SQL, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyOver, residueToSql } from '../../../src/platform/policy/engine/sql.js';
import {
  buildRegistry,
  CREDENTIAL_FIELDS,
  type CredentialFields,
  type CredentialMap,
  compileForOperation,
  compileForRow,
  expandCheck,
  mayBeTrue,
  parseCheck,
  residueOf,
  type ScopedDeclaration,
  type Subject,
  TRUE,
} from '../../../src/platform/policy/index.js';
import { openTestDatabase } from '../../harness/engine.js';
import {
  checkText,
  createGuardedRows,
  dropGuardedRows,
  guarded,
  nullable,
  type Row,
  RULES,
  scalarField,
  someInteger,
  someText,
  Tally,
  target,
} from './guarded-rows.js';

const database = await openTestDatabase();
const { db } = database;
let rows: readonly Row[] = [];

beforeAll(async () => {
  rows = await createGuardedRows(db);
});

afterAll(async () => {
  await dropGuardedRows(db);
  await database.close();
});

describe('visible', () => {
  const subjectArbitrary: fc.Arbitrary<Subject> = fc.record({
    scope: fc.oneof(
      { arbitrary: fc.constantFrom('project', 'system'), weight: 14 },
      { arbitrary: fc.constant('agent'), weight: 4 },
      { arbitrary: fc.constantFrom('domain', 'unscoped', null), weight: 1 },
    ),
    credentials: fc.record(
      {
        roles: nullable(fc.array(someText, { maxLength: 3 })),
        dropped_roles: nullable(fc.array(someText, { maxLength: 2 })),
        user_id: nullable(someText),
        project_id: nullable(fc.constantFrom('a', 'b')),
        workload_id: nullable(fc.constantFrom('a', 'w')),
        agent_kind: nullable(fc.constantFrom('a', '100%', 'MACHINE', 'MACHINE', 'UNIT')),
      },
      { requiredKeys: ['project_id'] },
    ),
  });
  const boundaryText = fc.oneof(
    { arbitrary: fc.constantFrom('project_id:%(project_id)s', 'not None:%(project_id)s'), weight: 1 },
    { arbitrary: fc.constant('@'), weight: 4 },
  );
  const policyArbitrary = fc.record({
    check: checkText(fc.oneof(scalarField, fc.constant('roles'))),
    boundary: boundaryText,
    second: fc.oneof({ arbitrary: fc.constant(null), weight: 6 }, { arbitrary: checkText(scalarField), weight: 1 }),
  });

  it('ok: the rows selected, at once or way by way, are those decided ALLOWED, one by one', async () => {
    const tally = new Tally();
    let severalWays = 0;
    await fc.assert(
      fc.asyncProperty(policyArbitrary, subjectArbitrary, fc.boolean(), async (texts, subject, isAliased) => {
        const base: Omit<ScopedDeclaration<Row>, 'name' | 'check'> = {
          description: 'Generated.',
          scopeTypes: ['project', 'system', 'domain', 'agent'],
          boundary: {
            project: texts.boundary,
            domain: texts.boundary,
            system: '@',
            agent: { MACHINE: texts.boundary, UNIT: "project_id:%(project_id)s or 'late':%(stage)s" },
          },
          target,
          operations: [],
        };
        const names = texts.second === null ? (['thing:a'] as const) : (['thing:a', 'thing:b'] as const);
        const registry = buildRegistry({
          rules: RULES,
          policies: [
            { ...base, name: 'thing:a', check: texts.check },
            { ...base, name: 'thing:b', check: texts.second ?? '@' },
          ],
        });
        const table = isAliased ? alias(guarded, 'g') : guarded;
        const { where, ways } = registry.visible(names, subject, table);
        const idsWhere = async (condition: SQL) =>
          (await db.select({ id: table.id }).from(table).where(condition)).map((row) => row.id);
        const selected = new Set(await idsWhere(where));
        if (ways.length > 1) {
          severalWays += 1;
          expect(new Set((await Promise.all(ways.map((way) => idsWhere(way.where.getSQL())))).flat())).toEqual(
            selected,
          );
        }
        const couldBe = names.every((name) => registry.decideOperation(name, subject).outcome === 'ALLOWED');
        for (const row of rows) {
          const decisions = names.map((name) => registry.decideRow(name, subject, row));
          const isAllowed = decisions.every((decision) => decision.outcome === 'ALLOWED');
          expect(selected.has(row.id), `row ${JSON.stringify(row)}`).toBe(isAllowed);
          if (!couldBe) expect(isAllowed).toBe(false);
          tally.count(isAllowed);
        }
      }),
      { numRuns: 250 },
    );
    expect(severalWays).toBeGreaterThan(10);
    tally.report('visible', database.engine);
  });

  it('ok: each alias of a join takes its own predicate', async () => {
    const registry = buildRegistry({
      rules: {},
      policies: [
        {
          name: 'thing:list',
          description: 'Own things.',
          scopeTypes: ['project'],
          boundary: { project: 'project_id:%(project_id)s' },
          check: '@',
          target,
          operations: [],
        },
      ],
    });
    const subject: Subject = { scope: 'project', credentials: { project_id: 'a' } };
    const other = alias(guarded, 'other');
    const visible = registry.visible(['thing:list'], subject, guarded);
    const otherVisible = registry.visible(['thing:list'], subject, other);
    const pairs = await db
      .select({ left: guarded.projectId, right: other.projectId })
      .from(guarded)
      .innerJoin(other, sql`${eq(guarded.owner, other.owner)} and ${otherVisible.where}`)
      .where(visible.where);
    expect(pairs.length).toBeGreaterThan(0);
    expect(pairs.filter((pair) => pair.left !== 'a' || pair.right !== 'a')).toEqual([]);
  });
});

describe('residueOf', () => {
  const fields: CredentialFields = new Map([...CREDENTIAL_FIELDS, ['context', 'map']]);
  const paths = fc.constantFrom(
    'user_id',
    'roles',
    'context.level',
    'context.on',
    'context.groups',
    'context.groups.name',
  );
  const anyScalar = nullable(fc.oneof(someText, someInteger, fc.boolean()));
  const group = fc.oneof(anyScalar, fc.record({ name: fc.oneof(anyScalar, fc.array(anyScalar, { maxLength: 2 })) }));
  const credentialsArbitrary: fc.Arbitrary<CredentialMap> = fc.record(
    {
      roles: nullable(fc.array(nullable(someText), { maxLength: 3 })),
      dropped_roles: nullable(fc.array(someText, { maxLength: 2 })),
      user_id: fc.oneof(someText, anyScalar),
      context: fc.record(
        { level: anyScalar, on: anyScalar, groups: fc.array(group, { maxLength: 3 }) },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: ['user_id'] },
  );

  const read = (written: string) => parseCheck(written, { origin: 'test', credentials: fields });
  const rules = new Map(Object.entries(RULES).map(([name, rule]) => [name, read(rule)]));
  const keyOf = (name: string) => {
    const key = target.keys.get(name);
    if (key === undefined) throw new Error(`no key ${name}`);
    return key;
  };
  const typeOf = (name: string) => keyOf(name).type;

  it('ok: any check, with values of any type on dotted paths, filters as it decides', async () => {
    const tally = new Tally();
    await fc.assert(
      fc.asyncProperty(checkText(paths), credentialsArbitrary, async (written, credentials) => {
        const check = expandCheck(read(written), { origin: 'test', rules, hasKey: (key) => target.keys.has(key) });
        const residue = residueOf(check, credentials, typeOf);
        const where = residueToSql(residue, (name) => keyOver(keyOf(name), guarded)).getSQL();
        const selected = new Set((await db.select({ id: guarded.id }).from(guarded).where(where)).map((row) => row.id));
        const onRow = compileForRow<Row>(check, (name) => (row) => keyOf(name).row(row));
        const onOperation = compileForOperation(check, typeOf)(credentials);
        expect(mayBeTrue(onOperation)).toBe(residue.kind !== 'never');
        for (const row of rows) {
          const value = onRow(credentials, row);
          expect(selected.has(row.id), `row ${JSON.stringify(row)}`).toBe(value === TRUE);
          // What the row made of the check had been foreseen.
          expect(value & ~onOperation).toBe(0);
          if (!written.includes('%(') && !written.includes('rule:')) expect(value).toBe(onOperation);
          tally.count(value === TRUE);
        }
      }),
      { numRuns: 250 },
    );
    tally.report('residueOf', database.engine);
  });

  it('ok: text that the database cannot hold is no error, and equals nothing', async () => {
    const check = expandCheck(read('user_id:%(owner)s'), { origin: 'test', rules, hasKey: () => true });
    for (const unstorable of ['a\0', '\ud800']) {
      expect(residueOf(check, { user_id: unstorable }, typeOf)).toEqual({ kind: 'never' });
    }
  });

  it('ok: what is left is no larger than it needs to be', () => {
    const residue = (written: string, credentials: CredentialMap) =>
      residueOf(expandCheck(read(written), { origin: 'test', rules, hasKey: () => true }), credentials, typeOf);
    const mine = { kind: 'equals', key: 'owner', values: ['a'] };
    expect(residue('role:a or user_id:%(owner)s', { user_id: 'a', roles: ['a'] })).toEqual({ kind: 'always' });
    expect(residue('role:a or user_id:%(owner)s', { user_id: 'a', roles: ['b'] })).toEqual(mine);
    expect(residue('user_id:%(owner)s and (@ and rule:owner)', { user_id: 'a' })).toEqual(mine);
    expect(residue('not (user_id:%(owner)s or None:%(level)s)', { user_id: 'a' })).toEqual({
      kind: 'all',
      of: [
        { kind: 'differs', key: 'owner', values: ['a'] },
        { kind: 'present', key: 'level' },
      ],
    });
  });
});
