// A project with agents that are bound to one allowlist, and a reader's token; rows are written as the services would.
import postgres from 'postgres';
import { newToken, tokenHash } from '../../dist/identity/tokens/authenticate.js';
import { newId } from '../../dist/platform/ids.js';

/** Fills a migrated database. @returns The token of a reader of the project. */
export async function seed(url, agents) {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  const now = new Date();
  const [{ id: domain }] = await sql`select id from domains where name = 'default'`;
  const [{ id: role }] = await sql`select id from roles where name = 'reader'`;
  const project = newId('Project');
  const user = newId('User');
  const list = newId('Allowlist');
  const revision = newId('AllowlistRevision');
  const token = newToken();
  await sql`insert into projects (id, domain_id, name, created_at) values (${project}, ${domain}, 'bench', ${now})`;
  await sql`insert into users (id, domain_id, name, password_hash, is_enabled, created_at)
    values (${user}, ${domain}, 'bench', 'never matches', true, ${now})`;
  await sql`insert into role_assignments (id, user_id, role_id, scope_type, domain_id, project_id, is_inherited, created_at)
    values (${newId('RoleAssignment')}, ${user}, ${role}, 'project', ${domain}, ${project}, false, ${now})`;
  await sql`insert into tokens (id, hash, user_id, scope_type, domain_id, project_id, created_at, expires_at)
    values (${newId('Token')}, ${tokenHash(token)}, ${user}, 'project', ${domain}, ${project}, ${now},
      ${new Date(now.getTime() + 86_400_000)})`;
  await sql`insert into allowlists
    (id, owner_type, domain_id, project_id, name, current_revision_id, version, created_at, updated_at)
    values (${list}, 'PROJECT', ${domain}, ${project}, 'ubuntu-24.04', ${revision}, 1, ${now}, ${now})`;
  for (let from = 0; from < agents; from += 1000) {
    const ids = Array.from({ length: Math.min(1000, agents - from) }, () => newId('Agent'));
    const rows = ids.map((id, index) => ({
      id,
      kind: 'MACHINE',
      domain_id: domain,
      project_id: project,
      name: `machine-${from + index}`,
      external_id: `rack-7/${from + index}`,
      trust_state: 'TRUSTED',
      trusted_until: new Date(now.getTime() + 3_600_000),
      created_at: now,
      created_by: user,
    }));
    await sql`insert into agents ${sql(rows)}`;
    const records = ids.map((id) => ({
      agent_id: id,
      domain_id: domain,
      project_id: project,
      tpm_kind: 'PHYSICAL',
      allowlist_id: list,
      is_living: true,
      accepted_count: 12,
      rejected_count: 1,
    }));
    await sql`insert into attestation_records ${sql(records)}`;
  }
  await sql`analyze`;
  await sql.end();
  return { token, project };
}
