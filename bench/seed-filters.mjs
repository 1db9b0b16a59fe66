// What makes filters of agents and of audit entries match nothing, a few far apart, or all; rows are written as the
// services would.
import { lowestId, newId } from '../dist/platform/ids.js';
import { agentId, withoutIndexes } from './seed-fleet.mjs';

/** One in so many is rare. */
const RARE = 10_000;
const ENTRY_EVERY_MS = 1000;

/** Gives some agents a state and a list of their own, and another domain a project with agents. */
export async function varyAgents(sql, { domain, agents, foreign, list }) {
  const rareList = newId('Allowlist');
  const unboundList = newId('Allowlist');
  for (const [id, name] of [
    [rareList, 'rare'],
    [unboundList, 'unbound'],
  ])
    await sql`insert into allowlists (id, owner_type, name, current_revision_id, version, created_at, updated_at)
      values (${id}, 'SYSTEM', ${name}, 'none yet', 1, now(), now())`;
  const rare = Array.from({ length: agents / RARE }, (_, index) => agentId(1 + index * RARE));
  await sql`update agents set trust_state = 'FAILED', trusted_until = null where id in ${sql(rare)}`;
  await sql`update attestation_records set allowlist_id = ${rareList} where agent_id in ${sql(rare)}`;
  const [otherDomain, otherProject] = [newId('Domain'), newId('Project')];
  await sql`insert into domains (id, name, created_at) values (${otherDomain}, 'other', now())`;
  await sql`insert into projects (id, domain_id, name, created_at) values (${otherProject}, ${otherDomain}, 'other', now())`;
  await sql`insert into agents (id, kind, domain_id, project_id, name, trust_state, created_at, created_by)
    select 'agt_f' || lpad(n::text, 9, '0'), 'MACHINE', ${otherDomain}, ${otherProject}, 'other-' || n, 'CREATED', now(), 'x'
    from generate_series(1, ${foreign}::int) n`;
  await sql`insert into attestation_records
    (agent_id, domain_id, project_id, tpm_kind, allowlist_id, is_living, accepted_count, rejected_count)
    select id, domain_id, project_id, 'PHYSICAL', ${list}, true, 0, 0 from agents where project_id = ${otherProject}`;
  return { domain, rareList, unboundList, otherDomain, otherProject };
}

/** The time of the n-th entry of so many: the last is of now. */
export const entryTime = (start, n) => new Date(start.getTime() + n * ENTRY_EVERY_MS);
export const entryId = (start, n) => lowestId('AuditEntry', entryTime(start, n));

/** Words, actors and places of the entries: what all but the rare ones have, and what those have. */
export const WORDS = {
  action: ['agent.activated', 'role.granted'],
  outcome: ['ALLOWED', 'DENIED'],
  target_type: ['Agent', 'RoleAssignment'],
  target_id: ['agt_busy', 'agt_rare'],
  actor_id: ['usr_busy', 'usr_rare'],
  actor_name: ['busy', 'rare'],
};

/** Entries of one project, one every second until now, with rare ones far apart, and as many of another project. */
export async function seedEntries(sql, { entries, domain, project, rarely, oneIn = RARE }) {
  const start = new Date(Date.now() - entries * ENTRY_EVERY_MS);
  start.setMilliseconds(0);
  const isRare = `n % ${oneIn} = 1`;
  const word = (column) => `case when ${isRare} then '${WORDS[column][1]}' else '${WORDS[column][0]}' end`;
  const hex = `lpad(to_hex($1::bigint + n::bigint * ${ENTRY_EVERY_MS}), 12, '0')`;
  await withoutIndexes(sql, ['audit_entries'], (tx) =>
    tx.unsafe(
      `insert into audit_entries (id, occurred_at, action, outcome, actor_kind, actor_id, actor_name, target_type, target_id,
       domain_id, project_id, request_id, details)
     select 'aud_' || substr(${hex}, 1, 8) || '-' || substr(${hex}, 9) || '-0000-0000-000000000000',
       to_timestamp($1::bigint / 1000.0) + n * interval '1 second', ${word('action')}, ${word('outcome')}, 'user',
       ${word('actor_id')}, ${word('actor_name')}, ${word('target_type')}, ${word('target_id')}, $2,
       case when n % ${oneIn} = 2 then $4 else $3 end, 'request ' || n, '{"from": "PENDING", "to": "TRUSTED"}'
     from generate_series(1, ${entries}) n`,
      [start.getTime(), domain, project, rarely],
    ),
  );
  await sql`vacuum analyze`;
  return start;
}
