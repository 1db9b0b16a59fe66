import { sql } from 'drizzle-orm';
import { type Kind, newId, noId } from '../../src/platform/ids.js';
import { sealAll, writeEntries } from '../audit/chain.js';
import type { TestServer } from '../harness/server.js';

/** How many of each thing there are; more than a page of everything. */
const SIZES = { agents: 3000, users: 3000, roles: 250, lists: 220, results: 210, entries: 1500, groups: 220 };
const PCR_POLICY = JSON.stringify({ 10: Array.from({ length: 200 }, (_, n) => n.toString(16).padStart(64, '0')) });

/** What is behind the prefix of an id, and of that what all ids here have in common. */
const UUID = /[^_]+$/;
const UUID_REST = '-0000-7000-8000-000000000000';

export type AbuseWorld = Awaited<ReturnType<typeof makeAbuseWorld>>;

/** A deployment of some size: all that a field could answer is there, and the pages of lists are full. */
export async function makeAbuseWorld(server: TestServer) {
  const { db } = server.services;
  const run = (text: string) => db.execute(sql.raw(text));
  const domainId = await server.defaultDomainId();
  const project = await server.project(domainId, 'abused');
  const { projectId } = project;
  const owner = `'${domainId}', '${projectId}'`;
  const id = (kind: Kind, n = 'n') =>
    `'${noId(kind).replace(UUID, '')}' || lpad(to_hex(${n}), 8, '0') || '${UUID_REST}'`;
  const each = (count: number) => `from generate_series(1, ${count}) n`;
  await run(`insert into users (id, domain_id, name, password_hash, is_enabled, created_at)
    select ${id('User')}, '${domainId}', 'abused-' || n, 'never matches', true, now() ${each(SIZES.users)}`);
  await run(`insert into roles (id, domain_id, name, is_immutable)
    select ${id('Role')}, '${domainId}', 'role-' || n, false ${each(SIZES.roles)}`);
  await run(`insert into role_implications (role_id, implied_role_id)
    select ${id('Role', 'm')}, ${id('Role')} from generate_series(1, 30) n, generate_series(31, ${SIZES.roles}) m
      where m = 200 or n = 1 + m % 30 or n = 1 + (m + 1) % 30`);
  await run(`insert into groups (id, domain_id, name, created_at)
    select ${id('Group')}, '${domainId}', 'group-' || n, now() ${each(SIZES.groups)}`);
  await run(`insert into group_members (group_id, user_id, created_at)
    select ${id('Group', 'm')}, ${id('User')}, now() from generate_series(1, 210) n, generate_series(1, ${SIZES.groups}) m
      where n = 1 or m = 1 or n % 20 = m % 20`);
  await run(`insert into role_assignments (id, user_id, role_id, scope_type, domain_id, project_id, is_inherited, created_at)
    select ${id('RoleAssignment')}, ${id('User')}, (select id from roles where name = 'reader'), 'project', ${owner}, false, now() ${each(SIZES.users)}`);
  await run(`insert into role_assignments (id, group_id, role_id, scope_type, domain_id, project_id, is_inherited, created_at)
    select ${id('RoleAssignment', 'n + 100000')}, ${id('Group')}, (select id from roles where name = 'member'), 'project', ${owner}, false, now() ${each(SIZES.groups)}`);
  await run(`insert into projects (id, domain_id, parent_id, depth, name, created_at)
    select ${id('Project')}, '${domainId}', '${projectId}', 2, 'project-' || n, now() ${each(210)}`);
  await run(`insert into domains (id, name, created_at) select ${id('Domain')}, 'domain-' || n, now() ${each(210)}`);
  await run(`insert into allowlists (id, owner_type, domain_id, project_id, name, current_revision_id, version, created_at, updated_at)
    select ${id('Allowlist')}, 'PROJECT', ${owner}, 'list-' || n, ${id('AllowlistRevision')}, 1, now(), now() ${each(SIZES.lists)}`);
  await run(`insert into allowlist_revisions (id, allowlist_id, number, ima_excludes, tpm_policy, vtpm_policy, created_at, created_by)
    select ${id('AllowlistRevision')}, ${id('Allowlist')}, 1, '[]', '${PCR_POLICY}', '${PCR_POLICY}', now(), 'abuse' ${each(SIZES.lists)}`);
  await run(`insert into agents (id, kind, domain_id, project_id, name, external_id, trust_state, trusted_until, created_at, created_by)
    select ${id('Agent')}, 'MACHINE', ${owner}, 'machine-' || n, 'rack/' || n, 'TRUSTED', now() + interval '1 hour', now(), 'abuse' ${each(SIZES.agents)}`);
  await run(`insert into attestation_records (agent_id, domain_id, project_id, tpm_kind, allowlist_id, is_living, accepted_count, rejected_count, last_result_id)
    select ${id('Agent')}, ${owner}, 'PHYSICAL', ${id('Allowlist', `1 + n % ${SIZES.lists}`)}, true, 12, 1, ${id('AttestationResult')} ${each(SIZES.agents)}`);
  const failure = `{"code": "IMA_FILE_CHANGED", "severity": "error", "class": "POLICY", "message": "A file that is not as the list says.", "path": "/usr/lib/x86_64-linux-gnu/libexample.so.1", "expected": ["sha256:${'0'.repeat(64)}"], "got": "sha256:${'1'.repeat(64)}"}`;
  const failures = (count: string) => `(select jsonb_agg('${failure}'::jsonb) from generate_series(1, ${count}))`;
  const result = (agent: string, resultId: string, count: string) =>
    `select ${resultId}, ${agent}, ${owner}, 'att_' || n, 'REJECTED', ${failures(count)},
      '{"entries": 10, "attested": 9, "excluded": 1, "violations": 0, "failures": 1}', ${id('AllowlistRevision', '1')}, 'FAILED', now()`;
  const columns =
    'id, agent_id, domain_id, project_id, attestation_id, verdict, failures, counts, allowlist_revision_id, state_after, received_at';
  await run(
    `insert into attestation_results (${columns}) ${result(id('Agent'), id('AttestationResult'), '3')} ${each(SIZES.agents)}`,
  );
  await run(
    `insert into attestation_results (${columns}) ${result(id('Agent', '1'), id('AttestationResult', 'n + 100000'), '100')} ${each(SIZES.results)}`,
  );
  await run(
    `insert into attestation_results (${columns}) ${result(id('Agent', '2'), id('AttestationResult', 'n + 200000'), '1800')} ${each(2)}`,
  );
  await writeEntries(server.services, SIZES.entries);
  await sealAll(server.services);
  const system = await server.token({ scope: { type: 'system' }, role: 'admin' });
  const domain = await server.token({ scope: { type: 'domain', domainId }, role: 'admin' });
  const member = await server.token({ scope: project, role: 'admin' });
  await run(`insert into tokens (id, hash, user_id, scope_type, created_at, expires_at)
    select ${id('Token')}, 'hash-' || n, '${system.userId}', 'unscoped', now(), now() + interval '1 hour' ${each(210)}`);
  await run(`insert into api_credentials (id, user_id, user_domain_id, name, key_hash, scope_type, domain_id, project_id, roles, created_at, expires_at)
    select ${id('ApiCredential')}, '${member.userId}', '${domainId}', 'key-' || n, 'hash-' || n, 'project', ${owner}, array['reader'], now(), now() + interval '1 hour' ${each(210)}`);
  await run('analyze');
  const nth = (kind: Kind, n: number) => noId(kind).replace(UUID, `${n.toString(16).padStart(8, '0')}${UUID_REST}`);
  return {
    domainId,
    projectId,
    nth,
    newId,
    tokens: { system: system.token, domain: domain.token, project: member.token },
  };
}
