import { integer, pgTable } from 'drizzle-orm/pg-core';
import { describe, expect, it } from 'vitest';
import { definePolicy, defineTarget, PolicyError, type ScopedDeclaration } from '../../../src/platform/policy/index.js';

const things = pgTable('things', { id: integer() });
const target = defineTarget<{ id: number }>()(things, {
  id: { type: 'integer', row: (row) => row.id, sql: (table) => table.id },
});
const scoped: ScopedDeclaration<{ id: number }> = {
  name: 'thing:get',
  description: 'Read a thing.',
  scopeTypes: ['project', 'domain'],
  check: 'role:reader',
  operations: ['Query.thing', 'Thing.*'],
};

describe('definePolicy', () => {
  it('ok: a declaration is data, and cannot be changed afterwards', () => {
    const policy = definePolicy(scoped);
    expect(policy).toEqual(scoped);
    expect(Object.isFrozen(policy)).toBe(true);
  });

  it.each<[string, Partial<ScopedDeclaration<{ id: number }>>, RegExp]>([
    ['a name in upper case', { name: 'Thing:get' }, /resource:verb/],
    ['a name of three parts', { name: 'thing:get:all' }, /resource:verb/],
    ['no description', { description: ' ' }, /no description/],
    ['an operation without a field', { operations: ['Thing'] }, /"Thing" is not a Type.field/],
    ['an operation with a pattern', { operations: ['Thing.get*'] }, /is not a Type.field/],
    ['a root type claimed whole', { operations: ['Mutation.*'] }, /claimed one by one/],
    ['no scope', { scopeTypes: [] }, /takes no scope/],
    ['a scope named twice', { scopeTypes: ['project', 'project'] }, /named twice/],
    ['a check missing for a scope', { check: { project: '@' } }, /no check for scope domain/],
    ['a check for another scope', { check: { project: '@', domain: '@', system: '@' } }, /check for scope system/],
    ['a boundary for another scope', { boundary: { system: '@' } }, /boundary for scope system/],
    ['a target without boundaries', { target }, /scope domain needs a boundary/],
    ['a target with one boundary missing', { target, boundary: { domain: '@' } }, /scope project needs a boundary/],
  ])('refused: %s', (_what, change, message) => {
    const define = () => definePolicy({ ...scoped, ...change });
    expect(define).toThrow(PolicyError);
    expect(define).toThrow(message);
  });

  it('refused: a target without a boundary for any principal', () => {
    expect(() =>
      definePolicy({ ...scoped, scopeTypes: 'authenticated', check: '@', boundary: undefined, target }),
    ).toThrow(/needs a boundary/);
  });
});

describe('defineTarget', () => {
  it('refused: a key whose name cannot be written', () => {
    const define = () =>
      defineTarget<{ id: number }>()(things, {
        'a b': { type: 'integer', row: (row) => row.id, sql: (table) => table.id },
      });
    expect(define).toThrow('target things: "a b" cannot be written as a target key');
  });
});
