// A fleet of many agents in several projects, all bound to one list; rows are written as the services would.
import { newToken, tokenHash } from '../dist/identity/tokens/authenticate.js';
import { newId } from '../dist/platform/ids.js';

const AGENT = (n) => `'agt_' || lpad(to_hex(${n}), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(${n}), 12, '0')`;

/** The id of the n-th agent, in the order of creation. */
export const agentId = (n) =>
  `agt_${n.toString(16).padStart(8, '0')}-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;

export const agentName = (n) => `machine-${String(n).padStart(7, '0')}`;

/**
 * Distributes agents over the projects in turn, except one in `rare`, which belongs to the last project.
 * @returns The ids of the projects, and tokens of a reader, or of another role, for the domain and for each project.
 */
export async function seedFleet(sql, { agents, projects, rare, role: roleName = 'reader' }) {
  const [{ id: domain }] = await sql`select id from domains where name = 'default'`;
  const [{ id: role }] = await sql`select id from roles where name = ${roleName}`;
  const user = newId('User');
  await sql`insert into users (id, domain_id, name, password_hash, is_enabled, created_at)
    values (${user}, ${domain}, 'bench', 'never matches', true, now())`;
  const reader = async (type, domainId, projectId) => {
    const token = newToken();
    await sql`insert into role_assignments
      (id, user_id, role_id, scope_type, domain_id, project_id, is_inherited, created_at)
      values (${newId('RoleAssignment')}, ${user}, ${role}, ${type}, ${domainId}, ${projectId}, false, now())`;
    await sql`insert into tokens (id, hash, user_id, scope_type, domain_id, project_id, created_at, expires_at)
      values (${newId('Token')}, ${tokenHash(token)}, ${user}, ${type}, ${domainId}, ${projectId}, now(),
        now() + interval '1 day')`;
    return token;
  };
  const ids = Array.from({ length: projects }, () => newId('Project'));
  for (const [n, id] of ids.entries())
    await sql`insert into projects (id, domain_id, name, created_at) values (${id}, ${domain}, ${`bench-${n}`}, now())`;
  const list = await boundList(sql);
  const project = `($1::text[])[case when n % ${rare} = 0 then ${projects} else 1 + n % ${projects - 1} end]`;
  await withoutIndexes(sql, ['agents', 'attestation_records'], async (tx) => {
    await tx.unsafe(
      `insert into agents (id, kind, domain_id, project_id, name, external_id, trust_state, trusted_until, created_at, created_by)
     select ${AGENT('n')}, 'MACHINE', $2, ${project}, 'machine-' || lpad(n::text, 7, '0'), 'rack-7/' || n, 'TRUSTED',
       now() + interval '1 hour', now(), $3 from generate_series(1, ${agents}) n`,
      [ids, domain, user],
    );
    await tx.unsafe(
      `insert into attestation_records (agent_id, domain_id, project_id, tpm_kind, allowlist_id, is_living, accepted_count, rejected_count)
     select id, domain_id, project_id, 'PHYSICAL', $1, true, 12, 1 from agents`,
      [list],
    );
  });
  await sql`vacuum analyze`;
  const readers = [];
  for (const id of ids) readers.push(await reader('project', domain, id));
  const [domainReader, systemReader] = [await reader('domain', domain, null), await reader('system', null, null)];
  return { list, projects: ids, readers, domain, domainReader, systemReader };
}

/** Writes many rows before the indexes of their tables, and without looking up what they refer to: sooner done. */
export const withoutIndexes = (sql, tables, write) => sql.begin((tx) => indexedLater(tx, tables, write));

async function indexedLater(tx, tables, write) {
  const indexes = await tx`select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition
    from pg_index where indrelid in (select name::regclass from unnest(${tables}::text[]) name)
      and not exists (select 1 from pg_constraint where conindid = indexrelid)`;
  for (const { name } of indexes) await tx.unsafe(`drop index ${name}`);
  await tx`set local session_replication_role = replica`;
  await write(tx);
  await tx`set local session_replication_role = origin`;
  await tx`set local maintenance_work_mem = '512MB'`;
  // Of a table with partitions, the definition is that of the index on no partition.
  for (const { definition } of indexes) await tx.unsafe(definition.replace(' ON ONLY ', ' ON '));
}

async function boundList(sql) {
  const list = newId('Allowlist');
  await sql`insert into allowlists (id, owner_type, name, current_revision_id, version, created_at, updated_at)
    values (${list}, 'SYSTEM', 'ubuntu-24.04', 'none yet', 1, now(), now())`;
  return list;
}

/** Stores content of so many MiB and makes it the list's revision in force. */
export async function publish(sql, list, mebibytes) {
  const revision = newId('AllowlistRevision');
  const digest = `sha256:${revision}`;
  await sql`insert into contents (digest, size, created_at) values (${digest}, ${mebibytes * 2 ** 20}, now())`;
  await sql`insert into content_chunks (digest, seq, data)
    select ${digest}, seq, convert_to((select string_agg(md5(seq::text || n), '') from generate_series(1, 32768) n), 'UTF8')
    from generate_series(0, ${mebibytes - 1}::int) seq`;
  await sql`insert into allowlist_revisions
    (id, allowlist_id, number, ima_digest, ima_excludes, ima_path_count, ima_size, created_at, created_by)
    values (${revision}, ${list}, ${mebibytes}, ${digest}, '[]', 1, ${mebibytes * 2 ** 20}, now(), 'bench')`;
  await sql`update allowlists set current_revision_id = ${revision} where id = ${list}`;
}
