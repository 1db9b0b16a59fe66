import { describe, expect, it } from 'vitest';
import { sampleRows } from '../../../src/platform/policy/analysis/samples.js';
import { CREDENTIAL_FIELDS, expandCheck, parseCheck } from '../../../src/platform/policy/index.js';
import { noteTarget } from './note-policies.js';

const options = { origin: 'test', credentials: CREDENTIAL_FIELDS, rules: new Map(), hasKey: () => true };

/** The rows by their names, as [domain, project, author]. */
function rowsFor(credentials: Readonly<Record<string, string | string[]>>, ...checks: string[]) {
  const parsed = checks.map((check) => expandCheck(parseCheck(check, options), options));
  return sampleRows(noteTarget, parsed, credentials).map(([name, row]) => [
    name,
    [row.domain_id, row.project_id, row.author],
  ]);
}

const IN_PROJECT = { user_id: 'u', project_id: 'p', project_domain_id: 'd', roles: ['reader'] };
const CHECKS = ['project_domain_id:%(domain_id)s', 'project_id:%(project_id)s', 'user_id:%(author)s'];

describe('sampleRows', () => {
  it('ok: a row of each relation to the caller, with what the caller itself holds where it is the owner', () => {
    expect(rowsFor(IN_PROJECT, ...CHECKS)).toEqual([
      ['own', ['d', 'p', 'u']],
      ['own project', ['d', 'p', 'another']],
      // Of the domain itself: it has no project.
      ['own domain', ['d', null, 'another']],
      ['sibling', ['d', 'another', 'another']],
      ['foreign', ['another', 'another', 'another']],
      ['system', [null, null, null]],
    ]);
  });

  it('ok: a caller without such a field, or with a list in it, owns rows by a name that nobody has', () => {
    expect(rowsFor({ project_id: 'p' }, 'user_id:%(author)s')[0]).toEqual(['own', [null, null, 'own']]);
    expect(rowsFor({ roles: ['reader'] }, 'roles:%(author)s')[0]).toEqual(['own', [null, null, 'own']]);
  });

  it('ok: a key that is compared with two fields has the one that the caller holds', () => {
    const either = 'agent_id:%(author)s or user_id:%(author)s';
    expect(rowsFor({ user_id: 'u' }, either)[0]).toEqual(['own', [null, null, 'u']]);
    expect(rowsFor({ agent_id: 'a' }, either)[0]).toEqual(['own', [null, null, 'a']]);
  });

  it('ok: where nobody owns a row within a project, a row of the own project is the own one', () => {
    const names = rowsFor(IN_PROJECT, 'project_id:%(project_id)s').map(([name]) => name);
    expect(names).toEqual(['own', 'own domain', 'sibling', 'foreign', 'system']);
  });
});
