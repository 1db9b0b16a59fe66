import { pgTable, text } from 'drizzle-orm/pg-core';
import { drizzle } from 'drizzle-orm/pglite';
import { describe, expect, it } from 'vitest';
import { buildRegistry, definePolicy, defineTarget, type Subject } from '../../../src/platform/policy/index.js';

const things = pgTable('things', { id: text(), projectId: text('project_id') });
interface Thing {
  readonly projectId: string;
}
const target = defineTarget<Thing>()(things, {
  project_id: { type: 'text', row: (row) => row.projectId, sql: (table) => table.projectId },
});
const inProject = {
  scopeTypes: ['project'],
  target,
  boundary: { project: 'project_id:%(project_id)s' },
  check: 'role:reader',
} as const;
const get = definePolicy({ ...inProject, name: 'thing:get', description: 'Read.', operations: ['Thing.*'] });
const list = definePolicy({ ...inProject, name: 'thing:list', description: 'List.', operations: ['Query.things'] });
const grant = definePolicy({
  ...inProject,
  name: 'thing:grant',
  description: 'Hand on.',
  isForCredentials: false,
  operations: ['Mutation.grant'],
});
const shape = definePolicy({
  name: 'shape:read',
  description: 'Read parts.',
  scopeTypes: 'public',
  check: '@',
  operations: ['Part.*'],
});
const registry = buildRegistry({ rules: {}, policies: [get, list, grant, shape] as never });
const db = drizzle.mock();

const row: Thing = { projectId: 'p' };
const subject = (limit?: Subject['limit']): Subject => ({
  scope: 'project',
  credentials: { roles: ['reader'], project_id: 'p' },
  limit,
});
const listed = subject({ policies: new Set(['thing:get', 'thing:grant']) });
const LIMITED = { outcome: 'FORBIDDEN', reason: 'CREDENTIAL_LIMIT' };
const ALLOWED = { outcome: 'ALLOWED' };

/** What each kind of decision says, the SQL as whether it could let any row through. */
function decisions(name: 'thing:get' | 'thing:list' | 'thing:grant', asking: Subject) {
  const { sql } = db
    .select()
    .from(things)
    .where(registry.visible([name], asking, things).where)
    .toSQL();
  return {
    operation: registry.decideOperation(name, asking),
    row: registry.decideRow(name, asking, row),
    explained: registry.explain(name, asking, { project_id: 'p' }).decision,
    isShown: /"project_id" =|"project_id" in/.test(sql),
  };
}
const all = (decision: object, isShown: boolean) => ({
  operation: decision,
  row: decision,
  explained: decision,
  isShown,
});

describe('a caller that acts by an API credential', () => {
  it('ok: passes what is listed, in every kind of decision', () => {
    expect(decisions('thing:get', listed)).toEqual(all(ALLOWED, true));
  });

  it('forbidden: what is not listed, and what is for no credential though it is listed', () => {
    expect(decisions('thing:list', listed)).toEqual(all(LIMITED, false));
    expect(decisions('thing:grant', listed)).toEqual(all(LIMITED, false));
  });

  it('ok: without a list all pass but what is for no credential', () => {
    const free = subject({ policies: null });
    expect(decisions('thing:list', free)).toEqual(all(ALLOWED, true));
    expect(decisions('thing:grant', free)).toEqual(all(LIMITED, false));
    expect(decisions('thing:grant', subject())).toEqual(all(ALLOWED, true));
  });

  it('ok: passes what anybody may do, whatever is listed', () => {
    expect(registry.decideOperation('shape:read', listed)).toEqual(ALLOWED);
  });

  it('wrong scope: is said before the limit; and a list adds no right', () => {
    const elsewhere: Subject = { ...listed, scope: 'system' };
    expect(registry.decideOperation('thing:list', elsewhere).outcome).toBe('WRONG_SCOPE');
    expect(registry.decideRow('thing:get', listed, { projectId: 'q' })).toEqual({ outcome: 'FORBIDDEN' });
  });

  it('ok: the description says what is for credentials', () => {
    expect([registry.get('thing:get')?.isForCredentials, registry.get('thing:grant')?.isForCredentials]).toEqual([
      true,
      false,
    ]);
  });
});
