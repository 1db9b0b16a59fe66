import { sql } from 'drizzle-orm';
import { rowsOf } from '../../src/db/rows.js';
import { newId } from '../../src/platform/ids.js';
import type { TestServer } from '../harness/server.js';

type Project = Awaited<ReturnType<TestServer['project']>>;

/** What a machine counts as, whoever says it: no walk may change it from outside the system, or break it from inside. */
const SAID = `select 'node ' || to_jsonb(n)::text as said from nodes n
  union all select 'label ' || to_jsonb(l)::text from node_labels l
  union all select 'tenant ' || to_jsonb(t)::text from node_tenants t
  union all select 'join token ' || to_jsonb(j)::text from join_tokens j
  union all select 'operators ' || id from projects where is_operators
  union all select 'agent ' || a.node_id || ' ' || a.project_id || ' ' || coalesce(r.allowlist_id, '')
    from agents a left join attestation_records r on r.agent_id = a.id where a.node_id is not null`;

const BROKEN = `select 'label ' || key as broken from node_labels where key not like 'admin.%'
  union all select 'agent ' || a.id || ' is judged by a list of a tenant' from agents a
    join attestation_records r on r.agent_id = a.id join allowlists l on l.id = r.allowlist_id
    where a.node_id is not null and l.owner_type <> 'SYSTEM'
  union all select 'agent ' || a.id || ' is of no operators’ project' from agents a
    join projects p on p.id = a.project_id where a.node_id is not null and not p.is_operators
  union all select 'agent ' || id || ' is TRUSTED' from agents where trust_state = 'TRUSTED' and node_id is not null
  union all select 'join token ' || j.id || ' names the list of a tenant' from join_tokens j
    join allowlists l on l.id = j.allowlist_id where l.owner_type <> 'SYSTEM'`;

/** A node that waits for its machine, one with an agent, and lists of the system and of a tenant. */
export async function makeClimbFleet(server: TestServer, own: Project): Promise<void> {
  const operators = await server.operatorsProject(own.domainId);
  const run = (query: ReturnType<typeof sql>) => rowsOf(server.services.db, query);
  for (const [type, domainId, projectId] of [
    ['SYSTEM', null, null],
    ['PROJECT', own.domainId, own.projectId],
    ['PROJECT', own.domainId, operators.projectId],
  ]) {
    const [id, revision] = [newId('Allowlist'), newId('AllowlistRevision')];
    await run(sql`insert into allowlists (id, owner_type, domain_id, project_id, name, current_revision_id, version, created_at, updated_at)
      values (${id}, ${type}, ${domainId}::text, ${projectId}::text, ${id}, ${revision}, 1, now(), now())`);
  }
  for (const hasAgent of [false, true]) {
    const [id, name] = [newId('Node'), newId('Node')];
    await run(sql`insert into nodes (id, name, availability, created_at, updated_at)
      values (${id}, ${name}, 'PAUSE', now(), now())`);
    if (hasAgent) await server.agent(operators, { trustState: 'PENDING', nodeId: id, record: { isLiving: true } });
  }
  await server.agent(operators, { trustState: 'PENDING', record: { isLiving: true } });
  await server.agent(own, { trustState: 'PENDING', record: { isLiving: true } });
}

/** What is said of nodes, sorted. */
export async function saidOfFleet({ services: { db } }: TestServer): Promise<readonly string[]> {
  return (await rowsOf<{ said: string }>(db, sql.raw(SAID))).map(({ said }) => said).sort();
}

/** What cannot be, whoever did what. */
export async function brokenInFleet({ services: { db } }: TestServer): Promise<readonly string[]> {
  return (await rowsOf<{ broken: string }>(db, sql.raw(BROKEN))).map(({ broken }) => broken);
}
