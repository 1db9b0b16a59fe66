import { type SQL, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allPolicies } from '../../../src/app.js';
import { allowlistGet, allowlists } from '../../../src/attestation/allowlists/index.js';
import { attestationRecords } from '../../../src/attestation/records/tables.js';
import { related } from '../../../src/authority/index.js';
import { rowsOf } from '../../../src/db/rows.js';
import { agents } from '../../../src/identity/agents/tables.js';
import { domains } from '../../../src/identity/domains/tables.js';
import { projects } from '../../../src/identity/projects/tables.js';
import type { Subject } from '../../../src/platform/policy/index.js';
import { openTestDatabase } from '../../harness/engine.js';
import { asIds } from '../../harness/ids.js';

const COUNT = 4000;

const database = await openTestDatabase();
const { db } = database;
const policies = allPolicies();
const agent: Subject = { scope: 'agent', credentials: { agent_id: 'agt-1717' } };

/** A fleet: as many lists as agents, the first half of which one list judges. */
beforeAll(async () => {
  const at = sql`'2026-01-01'::timestamptz`;
  await db.insert(domains).values(asIds({ id: 'dom', name: 'plan', description: null, createdAt: new Date() }));
  await db
    .insert(projects)
    .values(asIds({ id: 'prj', domainId: 'dom', name: 'plan', description: null, createdAt: new Date() }));
  const numbers = sql`generate_series(1, ${sql.raw(String(COUNT))}) n`;
  await db.execute(sql`insert into ${allowlists}
      (id, owner_type, domain_id, project_id, name, current_revision_id, version, created_at, updated_at)
    select 'alw-' || n, 'PROJECT', 'dom', 'prj', 'list-' || n, 'alr-' || n, 1, ${at}, ${at} from ${numbers}`);
  await db.execute(sql`insert into ${agents}
      (id, kind, domain_id, project_id, name, trust_state, created_at, created_by)
    select 'agt-' || n, 'MACHINE', 'dom', 'prj', 'agent-' || n, 'TRUSTED', ${at}, 'plan' from ${numbers}`);
  await db.execute(sql`insert into ${attestationRecords}
      (agent_id, domain_id, project_id, tpm_kind, allowlist_id, is_living, accepted_count, rejected_count)
    select 'agt-' || n, 'dom', 'prj', 'VIRTUAL', 'alw-' || greatest(1, n - ${sql.raw(String(COUNT / 2))}), true, 0, 0
    from ${numbers}`);
  await db.execute(sql`analyze`);
}, 60_000);
afterAll(() => database.close());

const planIn = (rows: readonly Record<string, string>[]) => rows.map((row) => Object.values(row)[0]).join('\n');
const planOf = async (statement: SQL) => planIn(await rowsOf(db, sql`explain ${statement}`));

describe('what an agent reads of a large fleet', () => {
  test('ok: a page of its lists begins at its own record, by an index', async () => {
    const { where } = policies.visible([allowlistGet], agent, allowlists);
    const plan = await planOf(sql`select * from ${allowlists} where ${where} order by ${allowlists.id} limit 51`);
    expect(plan).toContain('attestation_records_pkey');
    expect(plan).toContain('allowlists_pkey');
    expect(plan).not.toContain('Seq Scan');
  });

  test('ok: deciding on one list reads no whole table, though the list judges half of the fleet', async () => {
    const [row] = await db.select().from(allowlists).where(sql`${allowlists.id} = 'alw-1'`);
    if (row === undefined) throw new Error('no list');
    const plans: string[] = [];
    const send: typeof db.send = async (text, values) => {
      plans.push(planIn(await db.send(`explain ${text}`, values)));
      return db.send(text, values);
    };
    const listening = Object.create(db, { send: { value: send } }) as typeof db;
    const actor = { ...agent, principal: null, token: null, where: null, epoch: 0, rolesUntil: null };
    const [list] = await related(listening, { policies, candidate: null, actor }, [allowlistGet], [row]);
    expect(list && policies.decideRow(allowlistGet, agent, list).outcome).toBe('ALLOWED');
    expect(plans).toEqual([expect.stringContaining('attestation_records_pkey')]);
    expect(plans[0]).not.toContain('Seq Scan');
  });
});
