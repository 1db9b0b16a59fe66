import { readdirSync } from 'node:fs';
import { is } from 'drizzle-orm';
import { getTableConfig, type PgColumn, PgTable } from 'drizzle-orm/pg-core';
import { describe, expect, test } from 'vitest';
import { DOMAINS } from '../../src/domains.js';

const SRC = new URL('../../src/', import.meta.url);

/** Tables whose rows name a domain or a project and do not keep it: why. */
const NOT_OWNED: Readonly<Record<string, string>> = {
  role_assignments: 'they go along with the scope',
  tokens: 'they go along with the scope',
  api_credentials: 'they go along with the scope',
  attestation_records: 'they are an agent’s, and an agent is owned',
  attestation_results: 'they are an agent’s, and an agent is owned',
  audit_entries: 'they tell of what is gone too',
};

async function allTables(): Promise<PgTable[]> {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('tables.ts'));
  const modules: object[] = await Promise.all(files.map((path) => import(new URL(path, SRC).href)));
  return modules.flatMap((module) => Object.values(module)).filter((value) => is(value, PgTable));
}

const nameOf = (column: PgColumn) => `${getTableConfig(column.table).name}.${column.name}`;

describe('what domains and projects own', () => {
  test('ok: every column that names an owner is declared, or its rows go otherwise', async () => {
    const columns = (await allTables()).map(getTableConfig).flatMap((table) =>
      table.columns
        .filter(({ name }) => ['domain_id', 'project_id'].includes(name))
        .filter(() => NOT_OWNED[table.name] === undefined)
        .map(({ name }) => `${table.name}.${name}`),
    );
    expect(columns.length).toBeGreaterThan(6);
    const declared = DOMAINS.flatMap(({ owned }) => owned ?? []).flatMap(({ domainId, projectId }) =>
      [domainId, projectId].flatMap((column) => (column ? [nameOf(column)] : [])),
    );
    // A project in a project names its owner in a column of another name.
    expect(declared.sort()).toEqual([...columns, 'projects.parent_id'].sort());
  });
});
