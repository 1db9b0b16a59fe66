import { getTableConfig, type PgColumn } from 'drizzle-orm/pg-core';
import { describe, expect, test } from 'vitest';
import type { Reference } from '../../src/authority/index.js';
import { DOMAINS } from '../../src/domains.js';
import { allTables } from './tables.js';

const REFERENCES = DOMAINS.flatMap(({ references }) => references ?? []);

/** The kinds of objects whose rows go, by their tables. */
const KINDS: Readonly<Record<string, Reference['to']>> = {
  domains: 'Domain',
  projects: 'Project',
  users: 'User',
  groups: 'Group',
  roles: 'Role',
  api_credentials: 'ApiCredential',
  tokens: 'Token',
  agents: 'Agent',
  allowlists: 'Allowlist',
  contents: 'Content',
  nodes: 'Node',
  join_tokens: 'JoinToken',
};

/** Tables whose rows nothing but a sweep removes, with all that refers to them. */
const SWEPT = ['policy_revisions'];

/** Columns that name an owner and are no reference: why. */
const NO_REFERENCE: Readonly<Record<string, string>> = {
  attestation_records: 'they are an agent’s, and an agent is owned',
  attestation_results: 'they are an agent’s, and an agent is owned',
  trust_transitions: 'they are an agent’s, and an agent is owned',
  audit_entries: 'they tell of what is gone too',
};

const nameOf = (column: PgColumn) => `${getTableConfig(column.table).name}.${column.name}`;
const declared = new Set(REFERENCES.map(({ to, column }) => `${nameOf(column)} -> ${to}`));

/** Every foreign key, by its first column, which is the one with the id. */
async function foreignKeys() {
  return (await allTables()).map(getTableConfig).flatMap(({ name, foreignKeys }) =>
    foreignKeys.map((key) => {
      const { columns, foreignTable } = key.reference();
      return { from: `${name}.${columns[0]?.name}`, to: getTableConfig(foreignTable).name };
    }),
  );
}

describe('what points at what', () => {
  test('ok: every foreign key is declared as a reference', async () => {
    const keys = (await foreignKeys()).filter(({ to }) => !SWEPT.includes(to));
    expect(keys.length).toBeGreaterThan(20);
    const told = keys.map(({ from, to }) => `${from} -> ${KINDS[to] ?? `the table ${to}, which has no kind`}`);
    expect(told.filter((reference) => !declared.has(reference))).toEqual([]);
  });

  test('ok: every column that names an owner is declared, or its rows go otherwise', async () => {
    const columns = (await allTables()).map(getTableConfig).flatMap((table) =>
      table.columns
        .filter(({ name }) => ['domain_id', 'project_id'].includes(name))
        .filter(() => NO_REFERENCE[table.name] === undefined)
        .map(({ name }) => `${table.name}.${name} -> ${name === 'domain_id' ? 'Domain' : 'Project'}`),
    );
    expect(columns.length).toBeGreaterThan(9);
    expect(columns.filter((reference) => !declared.has(reference))).toEqual([]);
  });

  test('ok: none is declared twice, and each column is there', async () => {
    expect(declared.size).toBe(REFERENCES.length);
    const known = new Set(
      (await allTables()).map(getTableConfig).flatMap(({ columns }) => columns.map((column) => nameOf(column))),
    );
    expect(REFERENCES.map(({ column }) => nameOf(column)).filter((name) => !known.has(name))).toEqual([]);
  });
});
