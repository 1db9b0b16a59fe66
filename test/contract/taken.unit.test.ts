import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { getTableColumns, getTableName, is } from 'drizzle-orm';
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core';
import { describe, expect, test } from 'vitest';
import { type Taken, unlessTaken } from '../../src/db/taken.js';
import type { UserErrors } from '../../src/platform/errors.js';

const SRC = fileURLToPath(new URL('../../src', import.meta.url));

/** Constraints that no input can violate, or whose violation means something else; each with why. */
const NOT_TOLD: Readonly<Record<string, string>> = {
  projects_id_domain_id_key: 'holds the id, which is new',
  agents_node_id_key: 'a node is held while it gets an agent',
  node_labels_pkey: 'given keys differ, and those of before go first, at the node’s version',
  node_tenants_pkey: 'given projects differ, and those of before go first, at the node’s version',
  tokens_hash_key: 'a hash of random bytes',
  join_tokens_token_hash_key: 'a hash of random bytes',
  joinings_secret_hash_key: 'a hash of random bytes',
  joinings_join_token_id_ek_fingerprint_key: 'begun again, by ON CONFLICT',
  attestation_records_enrollment_token_hash_key: 'a hash of random bytes',
  role_implications_pkey: 'looked for before, while the epoch is held alone',
  role_assignments_key: 'looked for before, while the epoch is held alone',
  group_members_pkey: 'looked for before, while the epoch is held alone',
  policy_overrides_pkey: 'belongs to a revision, which is new; names are told apart before',
  policy_candidate_changes_pkey: 'added to, by ON CONFLICT',
  allowlist_revisions_allowlist_id_number_key: 'written once the list is held at its version',
  attestation_records_ek_fingerprint_key: 'refused like a wrong token: activation does not tell whose key it is',
  attestation_records_ak_name_key: 'refused like a wrong token: activation does not tell whose key it is',
  attestations_agent_id_open_key: 'the agent is held while its open challenge is closed and another opened',
  idempotency_keys_pkey: 'left alone, by ON CONFLICT',
  content_chunks_pkey: 'belongs to a content, which is new',
  audit_seals_entry_id_key: 'written by the one sealer',
};

const paths = readdirSync(SRC, { recursive: true, withFileTypes: true })
  .filter(({ name }) => name === 'tables.ts')
  .map(({ parentPath, name }) => join(parentPath, name));
const files = await Promise.all(paths.map(async (path) => ({ path, held: Object.entries(await import(path)) })));

/** Unique constraints but that of the id. */
function uniquesOf(table: PgTable): string[] {
  const { uniqueConstraints, indexes, primaryKeys } = getTableConfig(table);
  return [
    ...uniqueConstraints.map((constraint) => constraint.getName() ?? ''),
    ...indexes.flatMap(({ config }) => (config.unique ? [config.name ?? ''] : [])),
    ...primaryKeys.map((key) => key.getName()),
  ];
}

const tables = files.flatMap(({ held }) => held.flatMap(([, value]) => (is(value, PgTable) ? [value] : [])));
const takens = files.flatMap(({ path, held }) =>
  held.flatMap(([name, value]) => (name.endsWith('Taken') ? [{ path, taken: value as Taken }] : [])),
);

describe('unique constraints', () => {
  test('ok: each is told to who violates it, or says why nobody can', () => {
    expect(tables.length).toBeGreaterThan(20);
    const told = takens.flatMap(({ taken }) => Object.keys(taken));
    const named = [...told, ...Object.keys(NOT_TOLD)].sort();
    expect(named).toEqual([...new Set(tables.flatMap(uniquesOf))].sort());
  });

  test('ok: what is told is a field of the table that has the constraint, in the same file', () => {
    for (const { path, taken } of takens) {
      const own = files
        .find((file) => file.path === path)
        ?.held.flatMap(([, value]) => (is(value, PgTable) ? [value] : []));
      for (const [constraint, { field, what }] of Object.entries(taken)) {
        const table = own?.find((one) => uniquesOf(one).includes(constraint));
        expect(table && Object.keys(getTableColumns(table)), `${constraint} in ${path}`).toContain(field);
        expect(what, table && getTableName(table)).toMatch(/^An? [A-Za-z ]+$/);
      }
    }
  });
});

describe('unlessTaken', () => {
  const taken = { users_domain_id_name_key: { field: 'name', what: 'A user named' } };
  const failing = (code: string, constraint: string) => async () => {
    throw Object.assign(new Error('Failed query'), { cause: { code, constraint } });
  };

  test('conflict: what another row has is named, with its field', async () => {
    const writing = unlessTaken(taken, { name: 'ada' }, failing('23505', 'users_domain_id_name_key'));
    const error = await writing.catch((thrown: unknown) => thrown);
    expect((error as UserErrors).facts).toEqual([
      { code: 'ALREADY_EXISTS', message: 'A user named ada exists.', path: ['name'] },
    ]);
  });

  test('invalid: every other failure stays what it was, and what is written is answered', async () => {
    for (const [code, constraint] of [
      ['23505', 'tokens_hash_key'],
      ['23503', 'users_domain_id_name_key'],
      ['40001', ''],
    ] as const)
      await expect(unlessTaken(taken, { name: 'ada' }, failing(code, constraint))).rejects.toThrow('Failed query');
    await expect(unlessTaken(taken, { name: 'ada' }, async () => 7)).resolves.toBe(7);
  });
});
