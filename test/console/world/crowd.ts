import { sql } from 'drizzle-orm';
import { newId } from '../../../src/platform/ids.js';
import type { TestServer } from '../../harness/server.js';

/** How many agents there are; the last of each thousand failed. */
export const CROWD = 100_000;
const RARE = 1000;

/** Fills a project with agents, as the services would write them, in a few statements. */
export async function fill({ services: { db } }: TestServer, domainId: string, projectId: string): Promise<void> {
  const id = sql`'agt_' || lpad(to_hex(n), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(n), 12, '0')`;
  await db.execute(sql`insert into agents
    (id, kind, domain_id, project_id, name, external_id, trust_state, trusted_until, created_at, created_by)
    select ${id}, 'MACHINE', ${domainId}, ${projectId}, 'machine-' || lpad(n::text, 6, '0'), 'rack/' || n,
      case when n % ${RARE} = 0 then 'FAILED' else 'TRUSTED' end,
      case when n % ${RARE} = 0 then null else now() + interval '1 hour' end, now(), ${newId('User')}
    from generate_series(1, ${CROWD}::int) n`);
  await db.execute(sql`insert into attestation_records
    (agent_id, domain_id, project_id, tpm_kind, is_living, accepted_count, rejected_count)
    select id, domain_id, project_id, 'PHYSICAL', true, 12, 1 from agents`);
  await db.execute(sql`analyze agents`);
  await db.execute(sql`analyze attestation_records`);
}
