import { seedEntries } from '../../../bench/seed-filters.mjs';
import { type Sql, withoutIndexes } from '../../../bench/seed-fleet.mjs';
import { idOf, seedNodes } from '../../../bench/seed-nodes.mjs';
import type { Db, RootDb } from '../../../src/db/open.js';
import type { TestServer } from '../../harness/server.js';

/** How many there are of everything that has a list. */
export const CROWD = 100_000;
/** One assignment in so many is of a manager. */
const MANAGER_EVERY = 1_000;
/** One audit entry in so many is a denial. */
const DENIAL_EVERY = 10;

/** A database, as the seeds of the benchmarks speak to it. */
function speaking(db: Db, root: RootDb): Sql {
  const ask = (parts: TemplateStringsArray, ...values: readonly unknown[]) =>
    db.send(
      parts.reduce((text, part, place) => `${text}$${place}${part}`),
      values,
    );
  return Object.assign(ask, {
    unsafe: (text: string, values: readonly unknown[] = []) => db.send(text, values),
    begin: (write: (tx: Sql) => Promise<void>) => root.transaction((tx) => write(speaking(tx, root))),
  });
}

/**
 * Fills the lists of the system, and of its first domain, as the services would write them, in a few statements.
 * @param said Called when a part is there.
 */
export async function fill(server: TestServer, said: (part: string) => void): Promise<void> {
  const { db } = server.services;
  const sql = speaking(db, db);
  const domain = await server.defaultDomainId();
  const other = await server.project(domain, 'rarely');
  const { project } = await seedNodes(sql, { nodes: CROWD });
  said('nodes and agents');
  const places = { domain, project, manager: await server.roleId('manager'), reader: await server.roleId('reader') };
  const rows = { ...rowsOfPeople(places), ...rowsOfFleet(places) };
  await withoutIndexes(sql, [...Object.keys(rows), 'attestation_records'], async (tx) => {
    for (const [table, columns] of Object.entries(rows)) await tx.unsafe(insert(table, columns));
    await tx.unsafe(`update attestation_records set last_result_id = ${RESULT_OF_AGENT}`);
    said('all else');
  });
  said('their indexes');
  await seedEntries(sql, { entries: CROWD, domain, project, rarely: other.projectId, oneIn: DENIAL_EVERY });
  said('audit entries');
}

const id = (prefix: string) => idOf(prefix)('n');
const named = (word: string) => `'${word}-' || lpad(n::text, 7, '0')`;
const RESULT_OF_AGENT = `'atr' || substr(agent_id, 4)`;

/** An expression for each column, by tables. */
type Rows = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** A statement that inserts as many rows as the crowd has. */
const insert = (table: string, columns: Rows[string]) =>
  `insert into ${table} (${Object.keys(columns).join()}) select ${Object.values(columns).join()} from generate_series(1, ${CROWD}) n`;

interface Places {
  readonly domain: string;
  readonly project: string;
  readonly manager: string;
  readonly reader: string;
}

const AT = { created_at: 'now()' };
const ENDS = { expires_at: `now() + interval '1 day'` };

/** Each name comes behind those that every server has, so that the largest is the crowd's. */
function rowsOfPeople({ domain, manager, reader }: Places): Rows {
  const ofDomain = { domain_id: `'${domain}'` };
  return {
    domains: { id: id('dom'), name: named('tenant'), ...AT },
    projects: { id: id('prj'), ...ofDomain, name: named('site'), ...AT },
    users: {
      ...{ id: id('usr'), ...ofDomain, name: named('worker') },
      ...{ password_hash: `'never matches'`, is_enabled: 'true', ...AT },
    },
    groups: { id: id('grp'), ...ofDomain, name: named('team'), ...AT },
    roles: { id: id('rol'), domain_id: id('dom'), name: named('watch'), is_immutable: 'false', ...AT },
    role_implications: { role_id: id('rol'), implied_role_id: `'${reader}'` },
    role_assignments: {
      ...{ id: id('asg'), user_id: id('usr'), scope_type: `'project'`, ...ofDomain, project_id: id('prj') },
      role_id: `case when n % ${MANAGER_EVERY} = 0 then '${manager}' else '${reader}' end`,
      ...{ is_inherited: 'false', ...AT },
    },
    api_credentials: {
      ...{ id: id('key'), user_id: id('usr'), user_domain_id: `'${domain}'`, name: named('script') },
      ...{ key_hash: `'hash ' || n`, scope_type: `'domain'`, ...ofDomain, roles: `'{reader}'::text[]`, ...AT, ...ENDS },
    },
  };
}

function rowsOfFleet({ domain, project }: Places): Rows {
  const ofProject = { domain_id: `'${domain}'`, project_id: `'${project}'` };
  return {
    allowlists: {
      ...{ id: id('alw'), owner_type: `'SYSTEM'`, name: named('list'), current_revision_id: id('alr') },
      ...{ version: '1', ...AT, updated_at: 'now()' },
    },
    allowlist_revisions: {
      ...{ id: id('alr'), allowlist_id: id('alw'), number: '1', ima_excludes: `'[]'::jsonb` },
      ...{ ima_path_count: 'n', ...AT, created_by: id('usr') },
    },
    join_tokens: {
      ...{ id: id('jnt'), token_hash: `'hash ' || n`, ...ofProject, node_name: named('door'), availability: `'PAUSE'` },
      ...{ tpm_kind: `'PHYSICAL'`, uses: '1', created_by: id('usr'), ...AT, ...ENDS },
    },
    attestation_results: {
      ...{ id: id('atr'), agent_id: id('agt'), ...ofProject, verdict: `'ACCEPTED'`, failures: `'[]'::jsonb` },
      ...{ counts: `'${JSON.stringify(COUNTS)}'::jsonb`, state_after: `'TRUSTED'`, received_at: 'now()' },
    },
  };
}

const COUNTS = {
  ...{ entries: 1200, attested: 1200, matched: 1200, excluded: 0 },
  ...{ ignored: 0, violations: 0, failures: 0, warnings: 0 },
};
