import { sql } from 'drizzle-orm';
import type { RootDb } from '../../../src/db/open.js';

/** Rows of the largest tables. As many as ANALYZE samples, so that it sees all and plans do not change by chance. */
const MANY = 20_000;
const TENANTS = 100;
/** The number of the tenant whose readers ask. */
export const LARGE = 50;
/** The numbers of a row that is one of many, and of one that is rare: users, lists, agents. */
export const [COMMON, RARE] = [49, 8];

/** An id as the server makes them, of row number `n`, in SQL. */
const id = (prefix: string, n = 'n') =>
  `'${prefix}_01900000-' || substr(lpad(to_hex(${n}), 8, '0'), 1, 4) || '-7000-8000-' || lpad(to_hex(${n}), 12, '0')`;
/** The same of what is found by its time: one of each minute. */
const timedId = (prefix: string, n = 'n') => {
  const hex = `lpad(to_hex(${START_MS}::bigint + ${n} * 60000), 12, '0')`;
  return `'${prefix}_' || substr(${hex}, 1, 8) || '-' || substr(${hex}, 9) || '-7000-8000-000000000000'`;
};
const START_MS = Date.UTC(2026, 0, 1);
/** The time of row `n`. */
export const timeOf = (n: number): Date => new Date(START_MS + n * 60_000);
const at = (n = 'n') => `timestamptz '2026-01-01' + ${n} * interval '1 minute'`;
/** Half of all rows are of one tenant, so that what walks or sorts a tenant's rows is seen. */
const tenant = (n = 'n') => `case when ${n} % 2 = 0 then ${LARGE} else 1 + ${n} % ${TENANTS} end`;
/** One row of so many has another word than the others. */
const rareOr = (rare: string, all: string) => `case when n % 2000 = 8 then ${rare} else ${all} end`;

const insert = (into: string, count: number, values: string) =>
  `insert into ${into} select ${values} from generate_series(1, ${count}) n`;

/** Fills every table that has a list with rows of many tenants, of which each has a part. */
export async function fillFleet(db: RootDb): Promise<void> {
  await db.execute(sql.raw(NO_AUTOVACUUM));
  for (const statement of STATEMENTS) await db.execute(sql.raw(statement));
  await db.execute(sql.raw('vacuum'));
  await db.transaction(async (tx) => {
    // The sample is every row, so that the statistics are the same in every run.
    await tx.execute(sql.raw('set local default_statistics_target = 1000'));
    await tx.execute(sql.raw('analyze'));
  });
}

/** Otherwise Postgres would make other statistics whenever it comes by. */
const NO_AUTOVACUUM = `do $$ declare one regclass; begin
  for one in select oid from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace loop
    execute format('alter table %s set (autovacuum_enabled = false)', one);
  end loop; end $$`;

const dom = id('dom', tenant());
/** What a domain has a limited number of. */
const domEvenly = id('dom', `1 + n % ${TENANTS}`);
const prj = id('prj', tenant());
/** One does half of all, and many do the rest. */
const actor = `(${rareOr(String(RARE), `case when n % 4 < 2 then ${COMMON} else 100 + n % 1000 end`)})`;

const STATEMENTS = [
  insert('domains (id, name, created_at)', TENANTS, `${id('dom')}, 'domain ' || n, ${at()}`),
  insert('projects (id, domain_id, name, created_at)', TENANTS, `${id('prj')}, ${id('dom')}, 'project ' || n, ${at()}`),
  insert(
    'projects (id, domain_id, parent_id, depth, name, created_at)',
    2_000,
    `${id('prj', `n + ${TENANTS}`)}, ${dom}, ${prj}, 2, 'inner ' || n, ${at()}`,
  ),
  // What the system reads of agents and lists: half of all rows, and a few of other tenants.
  `update projects set is_operators = true where id in (${[LARGE, 3, 7].map((n) => id('prj', String(n))).join()})`,
  insert(
    'users (id, domain_id, name, password_hash, is_enabled, created_at)',
    MANY,
    `${id('usr')}, ${dom}, 'user ' || n, 'never', true, ${at()}`,
  ),
  insert('groups (id, domain_id, name, created_at)', 2_000, `${id('grp')}, ${domEvenly}, 'group ' || n, ${at()}`),
  insert(
    'group_members (group_id, user_id, created_at)',
    MANY,
    `${id('grp', rareOr(String(RARE), String(COMMON)))}, ${id('usr')}, ${at()}`,
  ),
  insert(
    'roles (id, domain_id, name, is_immutable, created_at)',
    2_000,
    `${id('rol')}, ${domEvenly}, 'role-' || n, false, ${at()}`,
  ),
  insert(
    'role_assignments (id, user_id, role_id, scope_type, domain_id, project_id, is_inherited, created_at)',
    MANY,
    `${id('asg')}, ${id('usr')}, ${id('rol', rareOr(String(RARE), tenant()))}, 'project', ${dom}, ${prj}, false, ${at()}`,
  ),
  insert(
    'tokens (id, hash, user_id, scope_type, created_at, expires_at)',
    MANY,
    `${id('tok')}, 'hash ' || n, ${id('usr')}, 'unscoped', ${at()}, timestamptz '2100-01-01'`,
  ),
  insert(
    'api_credentials (id, user_id, user_domain_id, name, key_hash, scope_type, domain_id, roles, created_at, expires_at)',
    5_000,
    `${id('key')}, ${id('usr')}, ${dom}, 'key ' || n, 'hash ' || n, 'domain', ${dom}, '{}', ${at()}, timestamptz '2100-01-01'`,
  ),
  // A list names its newest revision, and a revision its list: neither can be written first without the other.
  'alter table allowlists disable trigger all',
  insert(
    'allowlists (id, owner_type, domain_id, project_id, name, current_revision_id, version, created_at, updated_at)',
    5_000,
    `${id('alw')}, 'PROJECT', ${dom}, ${prj}, 'list ' || n, ${id('alr')}, 1, ${at()}, ${at()}`,
  ),
  insert(
    'allowlist_revisions (id, allowlist_id, number, ima_excludes, created_at, created_by)',
    5_000,
    `${id('alr')}, ${id('alw')}, 1, '[]', ${at()}, 'x'`,
  ),
  'alter table allowlists enable trigger all',
  insert(
    'agents (id, kind, domain_id, project_id, name, external_id, node_id, trust_state, trusted_until, created_at, created_by)',
    MANY,
    `${id('agt')}, 'MACHINE', ${dom}, ${prj}, 'agent ' || n, 'uuid ' || n, ${id('nod')},
      ${rareOr("'FAILED'", "'TRUSTED'")}, timestamptz '2100-01-01', ${at()}, 'x'`,
  ),
  insert(
    'nodes (id, name, address, availability, is_ready, created_at, updated_at)',
    MANY,
    `${id('nod')}, 'node-' || n, 'n' || n || '.example', ${rareOr("'DRAIN'", "'ACTIVE'")},
      ${rareOr('false', 'true')}, ${at()}, ${at()}`,
  ),
  insert('node_labels (node_id, key, value)', MANY, `${id('nod')}, 'admin.rack', ${rareOr("'rare'", "'all'")}`),
  insert('node_labels (node_id, key, value)', MANY, `${id('nod')}, 'admin.row', 'all'`),
  insert(
    `attestation_records (agent_id, domain_id, project_id, tpm_kind, allowlist_id, is_living, accepted_count,
      rejected_count)`,
    MANY,
    `${id('agt')}, ${dom}, ${prj}, 'PHYSICAL', ${id('alw', rareOr(String(RARE), String(COMMON)))}, true, 0, 0`,
  ),
  insert(
    `attestation_results (id, agent_id, domain_id, project_id, attestation_id, verdict, failures, counts, state_after,
      received_at)`,
    MANY,
    `${id('atr')}, ${id('agt', `case when n % 2 = 0 then ${COMMON} else 1 + n % 1000 end`)}, ${dom}, ${prj}, 'att', 'ACCEPTED', '[]', '{}', 'TRUSTED', ${at()}`,
  ),
  insert(
    `trust_transitions (id, agent_id, domain_id, project_id, from_state, to_state, cause, occurred_at)`,
    MANY,
    `${id('trt')}, ${id('agt', `case when n % 2 = 0 then ${COMMON} else 1 + n % 1000 end`)}, ${dom}, ${prj}, 'TRUSTED', 'STALE', 'EXPIRE', ${at()}`,
  ),
  insert(
    `audit_entries (id, occurred_at, action, outcome, actor_kind, actor_id, actor_name, target_type, target_id, domain_id, project_id,
      request_id, details)`,
    MANY,
    `${timedId('aud')}, ${at()}, ${rareOr("'role.granted'", "'agent.activated'")},
      ${rareOr("'DENIED'", "'ALLOWED'")}, 'user', ${id('usr', actor)}, 'user ' || ${actor},
      ${rareOr("'RoleAssignment'", "'Agent'")}, ${id('agt', actor)}, ${dom}, ${prj}, 'request ' || n, '{}'`,
  ),
  insert('audit_seals (seq, entry_id, hash)', MANY, `n, ${timedId('aud')}, 'hash'`),
  insert(
    'policy_revisions (number, is_candidate, enforce_new_defaults, created_at)',
    1_000,
    `n, false, false, ${at()}`,
  ),
];
