import { type SQL, sql } from 'drizzle-orm';
import { alias, PgDialect } from 'drizzle-orm/pg-core';
import { describe, expect, it } from 'vitest';
import {
  buildRegistry,
  type ScopedDeclaration,
  type Subject,
  type Visible,
} from '../../../src/platform/policy/index.js';
import {
  flagList,
  type flags,
  type NoteRow,
  noteBody,
  noteGet,
  notes,
  policies,
  registry,
  rules,
} from './note-policies.js';

const member: Subject = { scope: 'project', credentials: { roles: ['reader'], project_id: 'p', user_id: 'u' } };
const row: NoteRow = { projectId: 'p', domainId: 'd', author: 'u' };

describe('decideRow', () => {
  it('ok: boundary and check hold', () => {
    expect(registry.decideRow(noteGet, member, row)).toEqual({ outcome: 'ALLOWED' });
  });

  it('forbidden: the check holds, the boundary does not', () => {
    expect(registry.decideRow('note:get', member, { ...row, projectId: 'q' })).toEqual({ outcome: 'FORBIDDEN' });
  });

  it('forbidden: the boundary holds, the check does not', () => {
    expect(registry.decideRow(noteBody, member, { ...row, author: 'v' })).toEqual({ outcome: 'FORBIDDEN' });
  });

  it('ok: the check is picked by the scope of the token', () => {
    const domain: Subject = { scope: 'domain', credentials: { user_id: 'u', domain_id: 'd', roles: ['member'] } };
    const project: Subject = { scope: 'project', credentials: { user_id: 'u', project_id: 'p', roles: ['member'] } };
    expect(registry.decideRow(noteGet, domain, row)).toEqual({ outcome: 'FORBIDDEN' });
    expect(registry.decideRow(noteGet, project, row)).toEqual({ outcome: 'ALLOWED' });
  });

  it('forbidden: a row of another kind has no keys, and absent keys allow nothing', () => {
    expect(registry.decideRow('note:get', member, {})).toEqual({ outcome: 'FORBIDDEN' });
  });

  it('refused: a policy nobody declared', () => {
    expect(() => registry.decideRow('note:burn', member, row)).toThrow('there is no policy note:burn');
  });

  it('refused: a row of another type, by the compiler', () => {
    // @ts-expect-error a note row is needed
    expect(registry.decideRow(noteGet, member, { projectId: 'p' })).toEqual({ outcome: 'ALLOWED' });
  });
});

describe('decideOperation', () => {
  const wrongScope = { outcome: 'WRONG_SCOPE', scopeTypes: ['domain', 'project'] };
  it.each<[string, 'note:get' | 'viewer:get' | 'token:issue' | 'note:get_body', Subject, object]>([
    ['ok: some row could be allowed', 'note:get', member, { outcome: 'ALLOWED' }],
    [
      'forbidden: without a project no row is inside the boundary',
      'note:get',
      { ...member, credentials: { roles: ['reader'] } },
      { outcome: 'FORBIDDEN' },
    ],
    ['anonymous: on a scoped policy', 'note:get', { scope: null, credentials: {} }, { outcome: 'UNAUTHENTICATED' }],
    ['anonymous: on any principal', 'viewer:get', { scope: null, credentials: {} }, { outcome: 'UNAUTHENTICATED' }],
    ['ok: anonymous on a public policy', 'token:issue', { scope: null, credentials: {} }, { outcome: 'ALLOWED' }],
    ['ok: scoped on a public policy', 'token:issue', member, { outcome: 'ALLOWED' }],
    ['ok: unscoped on any principal', 'viewer:get', { scope: 'unscoped', credentials: {} }, { outcome: 'ALLOWED' }],
    ['forbidden: unscoped names no scope', 'note:get', { ...member, scope: 'unscoped' }, wrongScope],
    ['forbidden: system does not stand for project', 'note:get', { ...member, scope: 'system' }, wrongScope],
  ])('%s', (_what, policy, subject, decision) => {
    expect(registry.decideOperation(policy, subject)).toEqual(decision);
  });
});

describe('visible', () => {
  const render = (visible: { readonly where: SQL }) => new PgDialect().sqlToQuery(visible.where);

  it('ok: values are parameters, and conditions that several policies share appear once', () => {
    const visible = registry.visible([noteGet, noteBody], member, notes);
    expect(render(visible)).toMatchObject({
      sql: '(("notes"."project_id" = $1::text and (lower("notes"."author")) = $2::text))',
      params: ['p', 'u'],
    });
  });

  it('ok: an alias is filtered by its own name', () => {
    const visible = registry.visible([noteGet], member, alias(notes, 'n'));
    expect(render(visible).sql).toBe('("n"."project_id" = $1::text)');
  });

  it('ok: nothing is visible in another scope', () => {
    const visible = registry.visible([noteGet], { ...member, scope: 'system' }, notes);
    expect(render(visible)).toMatchObject({ sql: '(false)', params: [] });
  });

  it('refused: a policy about another table, alone or among others', () => {
    expect(() => registry.visible([flagList], member, notes)).toThrow(
      'policy flag:list is about public.flags, not public.notes',
    );
    expect(() => registry.visible([noteGet, 'flag:list'], member, alias(notes, 'flags'))).toThrow(/flag:list is about/);
  });

  it('refused: a predicate of one table on a query of another, by the compiler', () => {
    const listFlags = (visible: Visible<typeof flags>) => visible.where;
    const visible = registry.visible([noteGet], member, notes);
    // @ts-expect-error the predicate is for notes
    expect(listFlags(visible)).toEqual(visible.where);
    // @ts-expect-error only the registry makes one
    expect(listFlags({ where: sql`true` })).toBeDefined();
  });
});

describe('overrides and deprecated checks', () => {
  it('ok: an override replaces the check and leaves the boundary', () => {
    const changed = buildRegistry({ rules, policies, overrides: { 'note:get': '@' } });
    expect(changed.decideRow(noteGet, { ...member, credentials: { project_id: 'p' } }, row).outcome).toBe('ALLOWED');
    expect(changed.decideRow(noteGet, { ...member, credentials: { project_id: 'q' } }, row).outcome).toBe('FORBIDDEN');
    expect(changed.get('note:get')).toMatchObject({
      override: '@',
      scopes: [
        { scope: 'domain', boundary: 'domain_id:%(domain_id)s', check: '@', defaultCheck: 'role:reader' },
        {
          scope: 'project',
          boundary: 'project_id:%(project_id)s',
          check: '@',
          defaultCheck: 'role:reader or rule:author',
        },
      ],
    });
  });

  it('ok: a deprecated check allows only while new defaults are not enforced, and not beside an override', () => {
    const admin: Subject = { scope: 'project', credentials: { roles: ['admin'], project_id: 'p' } };
    const lenient = { rules, policies, enforceNewDefaults: false };
    expect(registry.decideRow(noteBody, admin, row).outcome).toBe('FORBIDDEN');
    expect(buildRegistry(lenient).decideRow(noteBody, admin, row).outcome).toBe('ALLOWED');
    const overridden = buildRegistry({ ...lenient, overrides: { 'note:get_body': '!' } });
    expect(overridden.decideRow(noteBody, admin, row).outcome).toBe('FORBIDDEN');
  });

  it.each([
    ['the deprecated name counts', { 'note:read_body': '@' }, '@'],
    ['the new name wins', { 'note:read_body': '@', 'note:get_body': '!' }, '!'],
    ['a pointer to the new name changes nothing', { 'note:read_body': ' rule:note:get_body ' }, 'rule:author'],
  ])('ok: of a renamed policy, %s', (_what, overrides, check) => {
    const deprecated = { name: 'note:read_body', check: 'role:admin', since: '0.2', reason: 'Renamed.' };
    const renamed = buildRegistry({
      rules,
      policies: [{ ...(noteBody as ScopedDeclaration<NoteRow>), deprecated }],
      overrides,
    });
    expect(renamed.get('note:get_body')?.scopes.map((scope) => scope.check)).toEqual([check]);
  });

  it.each([
    [{ 'note:burn': '@' }, 'override of note:burn: there is no such policy'],
    [{ 'token:issue': '@' }, 'override of token:issue: it is public'],
    [{ 'note:get': '' }, 'policy note:get, override, line 1, column 1: the check is empty; write @ for always'],
    [{ 'note:get': '@ or user_id:%(id)s' }, 'policy note:get, override, line 1, column 14: unknown target key: id'],
  ])('refused: override %j', (overrides, message) => {
    expect(() => buildRegistry({ rules, policies, overrides })).toThrow(message);
  });
});
