import { sql } from 'drizzle-orm';
import { boolean, pgTable, text } from 'drizzle-orm/pg-core';
import { buildRegistry, definePolicy, defineTarget } from '../../../src/platform/policy/index.js';

export const notes = pgTable('notes', {
  id: text(),
  projectId: text('project_id'),
  domainId: text('domain_id'),
  author: text(),
});
export const flags = pgTable('flags', { id: text(), projectId: text('project_id'), isSet: boolean('is_set') });

export interface NoteRow {
  readonly projectId: string;
  readonly domainId: string;
  readonly author: string | null;
}

export const noteTarget = defineTarget<NoteRow>()(notes, {
  project_id: { type: 'text', row: (row) => row.projectId, sql: (table) => table.projectId },
  domain_id: { type: 'text', row: (row) => row.domainId, sql: (table) => table.domainId },
  author: { type: 'text', row: (row) => row.author, sql: (table) => sql`lower(${table.author})` },
});

export const noteGet = definePolicy({
  name: 'note:get',
  description: 'Read a note.',
  scopeTypes: ['domain', 'project'],
  boundary: { domain: 'domain_id:%(domain_id)s', project: 'project_id:%(project_id)s' },
  check: { domain: 'role:reader', project: 'role:reader or rule:author' },
  target: noteTarget,
  operations: ['Query.note', 'Note.*'],
});
export const noteBody = definePolicy({
  name: 'note:get_body',
  description: 'Read what a note says.',
  scopeTypes: ['project'],
  boundary: { project: 'project_id:%(project_id)s' },
  check: 'rule:author',
  target: noteTarget,
  operations: ['Note.body'],
  deprecated: { check: 'role:admin', since: '0.2', reason: 'Authors only.' },
});
export const viewerGet = definePolicy({
  name: 'viewer:get',
  description: 'Ask who one is.',
  scopeTypes: 'authenticated',
  check: '@',
  operations: ['Query.viewer'],
});
export const tokenIssue = definePolicy({
  name: 'token:issue',
  description: 'Obtain a token.',
  scopeTypes: 'public',
  check: '@',
  operations: ['Mutation.issueToken', 'HTTP.health'],
});
export const flagList = definePolicy({
  name: 'flag:list',
  description: 'List flags.',
  scopeTypes: ['project'],
  boundary: { project: 'project_id:%(project_id)s' },
  check: '@',
  target: defineTarget<{ projectId: string }>()(flags, {
    project_id: { type: 'text', row: (row) => row.projectId, sql: (table) => table.projectId },
  }),
  operations: ['Query.flags'],
});
export const rules = { author: 'user_id:%(author)s' };
export const policies = [noteGet, noteBody, viewerGet, tokenIssue, flagList];
export const registry = buildRegistry({ rules, policies });
