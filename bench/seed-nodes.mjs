// Nodes with their leases, labels, facts and agents, each agent with a token; rows are written as the services would.
import { newToken, tokenHash } from '../dist/identity/tokens/authenticate.js';
import { newId } from '../dist/platform/ids.js';
import { withoutIndexes } from './seed-fleet.mjs';

/** The id of the n-th thing of a kind, in SQL. */
export const idOf = (prefix) => (n) =>
  `'${prefix}_' || lpad(to_hex(${n}), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(${n}), 12, '0')`;
const NODE = idOf('nod');
const AGENT = idOf('agt');
const hex = (n, width) => n.toString(16).padStart(width, '0');

/** The id of the n-th node, in the order of creation. */
export const nodeId = (n) => `nod_${hex(n, 8)}-0000-7000-8000-${hex(n, 12)}`;
export const nodeName = (n) => `web-${String(n).padStart(7, '0')}`;
/** One in so many is rare. */
export const RARE = 1000;

/**
 * One node in `RARE` drains, is not Ready, failed, and has the label `admin.rack=rare`; all have `admin.site=here`.
 * @returns Tokens of the agents of the first `speaking` nodes, and of a reader and an administrator of the system; ids of `people`
 *   users more.
 */
export async function seedNodes(sql, { nodes, speaking = 0, people = 0 }) {
  const [{ id: domain }] = await sql`select id from domains where name = 'default'`;
  const [project, user] = [newId('Project'), newId('User')];
  await sql`insert into projects (id, domain_id, name, is_operators, created_at) values (${project}, ${domain}, 'operators', true, now())`;
  await sql`insert into users (id, domain_id, name, password_hash, is_enabled, created_at)
    values (${user}, ${domain}, 'bench', 'never matches', true, now())`;
  const isRare = `n % ${RARE} = 1`;
  await withoutIndexes(sql, ['nodes', 'node_leases', 'node_labels', 'agents', 'attestation_records'], async (tx) => {
    await tx.unsafe(`insert into nodes (id, name, address, origin, availability, is_ready, ready_changed_at, created_at, updated_at)
      select ${NODE('n')}, 'web-' || lpad(n::text, 7, '0'), 'web-' || n || '.example.org', 'JOINED',
        case when ${isRare} then 'DRAIN' else 'ACTIVE' end, not (${isRare}), now(), now(), now() from generate_series(1, ${nodes}) n`);
    await tx.unsafe(`insert into node_leases (node_id, renewed_at, due_at)
      select ${NODE('n')}, now(), now() + interval '1 hour' from generate_series(1, ${nodes}) n`);
    await tx.unsafe(`insert into node_labels (node_id, key, value)
      select ${NODE('n')}, 'admin.site', 'here' from generate_series(1, ${nodes}) n
      union all select ${NODE('n')}, 'admin.rack', case when ${isRare} then 'rare' else 'often' end from generate_series(1, ${nodes}) n`);
    await tx.unsafe(
      `insert into agents (id, kind, domain_id, project_id, name, node_id, trust_state, trusted_until, created_at, created_by)
      select ${AGENT('n')}, 'MACHINE', $1, $2, 'web-' || lpad(n::text, 7, '0'), ${NODE('n')},
        case when ${isRare} then 'FAILED' else 'TRUSTED' end, case when ${isRare} then null else now() + interval '1 hour' end, now(), 'x'
      from generate_series(1, ${nodes}) n`,
      [domain, project],
    );
    await tx.unsafe(`insert into attestation_records (agent_id, domain_id, project_id, tpm_kind, is_living, accepted_count, rejected_count, last_accepted_at)
      select id, domain_id, project_id, 'PHYSICAL', true, 12, 0, now() from agents`);
  });
  const tokens = Array.from({ length: speaking }, newToken);
  const rows = tokens.map((token, n) => ({
    id: newId('Token'),
    hash: tokenHash(token),
    agent_id: nodeId(n + 2).replace('nod', 'agt'),
    scope_type: 'agent',
    created_at: new Date(),
    expires_at: new Date(Date.now() + 86_400_000),
  }));
  for (let from = 0; from < rows.length; from += 500)
    await sql`insert into tokens ${sql(rows.slice(from, from + 500))}`;
  const users = Array.from({ length: people }, () => newId('User'));
  for (const [n, id] of users.entries())
    await sql`insert into users (id, domain_id, name, password_hash, is_enabled, created_at)
      values (${id}, ${domain}, ${`user-${n}`}, 'never matches', true, now())`;
  await sql`vacuum analyze`;
  return {
    tokens,
    users,
    project,
    reader: await ofSystem(sql, user, 'reader'),
    admin: await ofSystem(sql, user, 'admin'),
  };
}

async function ofSystem(sql, user, name) {
  const token = newToken();
  await sql`insert into role_assignments (id, user_id, role_id, scope_type, is_inherited, created_at)
    select ${newId('RoleAssignment')}, ${user}, id, 'system', false, now() from roles where name = ${name}`;
  await sql`insert into tokens (id, hash, user_id, scope_type, roles, created_at, expires_at)
    values (${newId('Token')}, ${tokenHash(token)}, ${user}, 'system', ${[name]}, now(), now() + interval '1 day')`;
  return token;
}
