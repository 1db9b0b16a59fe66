import { type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { Grounds } from '../../authority/index.js';
import type { Db } from '../../db/open.js';
import { type JsonRow, rowFrom } from '../../db/rows.js';
import { statement } from '../../db/statement.js';
import { agents, dueAfter, trustColumns } from '../../identity/agents/index.js';
import { tokenHolds } from '../../identity/tokens/index.js';
import type { Id } from '../../platform/ids.js';
import { clause } from '../../platform/sql/clause.js';
import { allowlistRevisions, allowlists } from '../allowlists/tables.js';
import { type AgentView, attestationRecords as records } from '../records/index.js';
import { type AttestationResultRow, attestationResults as results } from '../results/index.js';
import type { VerifierState } from '../verifier/index.js';
import { type Bound, boundBy } from './layers.js';

/** An agent, and what it is judged by, as they were at one moment. */
export interface Judged {
  readonly view: AgentView;
  readonly bound: Bound;
}

interface Found {
  readonly agent: JsonRow;
  readonly record: JsonRow;
  readonly list: string | null;
  readonly revision: JsonRow | null;
}

const byAgent = statement<{ id: Id<'Agent'> }, Found>(
  (value) => sql`select to_json(${agents}) as agent, to_json(${records}) as record, ${allowlists.name} as list,
      to_json(${allowlistRevisions}) as revision
    from ${agents} join ${records} on ${records.agentId} = ${agents.id}
    left join ${allowlists} on ${allowlists.id} = ${records.allowlistId}
    left join ${allowlistRevisions} on ${allowlistRevisions.id} = ${allowlists.currentRevisionId}
    where ${agents.id} = ${value('id')}`,
);

/** An agent that attests, with the revision that is in force of its list, in one statement. */
export async function findJudged(db: Db, id: Id<'Agent'>): Promise<Judged | undefined> {
  const [row] = await byAgent(db, { id });
  if (row === undefined) return undefined;
  const { agent, record, list, revision } = row;
  const inForce = revision && { ...rowFrom(allowlistRevisions, revision), name: list ?? '' };
  return { view: { agent: rowFrom(agents, agent), record: rowFrom(records, record) }, bound: boundBy(inForce) };
}

/** An accepted result of an agent that stays TRUSTED, and on what it is written. */
export interface AcceptedAtOnce {
  readonly before: AgentView;
  /** What the record becomes. */
  readonly record: AgentView['record'];
  readonly trustedUntil: Date;
  readonly row: AttestationResultRow;
  readonly grounds: Grounds;
}

interface Values {
  readonly agentId: string;
  readonly version: number;
  readonly number: number;
  readonly lastResultId: string | null;
  readonly allowlistId: string | null;
  readonly revisionId: string | null;
  readonly tokenId: string;
  readonly epoch: number;
  readonly now: Date;
  readonly trustedUntil: Date;
  readonly accepted: number;
  readonly firstAcceptedAt: Date | null;
  readonly verifierState: string | null;
  readonly nextNumber: number;
  readonly challenge: string | null;
  readonly evidence: string | null;
  readonly resultId: string;
  readonly domainId: string;
  readonly projectId: string;
  readonly failures: string;
  readonly counts: string;
}

/** `"name" = value`, as SET takes it. */
const set = (...pairs: readonly (readonly [PgColumn, SQL])[]): SQL =>
  sql.join(
    pairs.map(([{ name }, value]) => sql`${sql.identifier(name)} = ${value}`),
    sql`, `,
  );
const namesOf = (...columns: readonly PgColumn[]): SQL =>
  sql.join(
    columns.map(({ name }) => sql.identifier(name)),
    sql`, `,
  );

/**
 * Locks the agent's rows unless somebody has them, and writes if they, the list and the token are as they were read. It
 * never waits for a row, so nothing that it reads is older than the statement: see docs/decisions/0047.
 */
const acceptAtOnce = statement<Values, { readonly id: string }>((value) => {
  const at = (name: 'now' | 'trustedUntil' | 'firstAcceptedAt') => sql`${value(name)}::timestamptz`;
  const text = (name: keyof Values) => sql`${value(name)}::text`;
  const json = (name: 'verifierState' | 'failures' | 'counts') => sql`${value(name)}::jsonb`;
  const { trustState, trustedUntil } = trustColumns;
  const isSame = (column: PgColumn, name: keyof Values) => sql`${column} is not distinct from ${text(name)}`;
  const becomes = set(
    [records.acceptedCount, sql`${value('accepted')}`],
    [records.firstAcceptedAt, at('firstAcceptedAt')],
    [records.lastAcceptedAt, at('now')],
    [records.verifierState, json('verifierState')],
    [records.lastResultId, text('resultId')],
    [records.challengeNumber, sql`${value('nextNumber')}`],
    [records.answeredChallenge, text('challenge')],
    [records.answeredEvidence, text('evidence')],
    [records.answeredResultId, text('resultId')],
  );
  const { id, agentId, domainId, projectId, verdict, failures, counts, allowlistRevisionId, stateAfter, receivedAt } =
    results;
  const columns = namesOf(
    ...[id, agentId, domainId, projectId, verdict, failures, counts, allowlistRevisionId, stateAfter, receivedAt],
  );
  const grounds = {
    id: clause`${text('tokenId')}`,
    epoch: clause`${sql`${value('epoch')}`}`,
    now: clause`${at('now')}`,
  };
  return sql`with own as (
      select ${agents.id} as id from ${agents} join ${records} on ${records.agentId} = ${agents.id}
      where ${agents.id} = ${value('agentId')} and ${agents.version} = ${value('version')}
        and ${trustState} = 'TRUSTED' and ${trustedUntil} > ${at('now')}
        and ${records.challengeNumber} = ${value('number')} and ${isSame(records.lastResultId, 'lastResultId')}
        and ${isSame(records.allowlistId, 'allowlistId')}
        and exists (select from ${allowlists} where ${allowlists.id} = ${text('allowlistId')}
          and ${allowlists.currentRevisionId} = ${text('revisionId')})
        and ${tokenHolds(grounds)}
      for update of ${agents}, ${records} skip locked
    ), trusted as (
      update ${agents} set ${set([agents.trustedUntil, at('trustedUntil')], [agents.trustDueAt, dueAfter(at('trustedUntil'))])}
      from own where ${agents.id} = own.id
    ), recorded as (
      update ${records} set ${becomes} from own where ${records.agentId} = own.id
    )
    insert into ${results} (${columns})
    select ${text('resultId')}, own.id, ${text('domainId')}, ${text('projectId')}, 'ACCEPTED', ${json('failures')},
      ${json('counts')}, ${text('revisionId')}, 'TRUSTED', ${at('now')} from own
    returning id`;
});

/** False when nothing was written, since something is no longer as it was or somebody holds the agent's rows. */
export async function insertAtOnce(db: Db, accepted: AcceptedAtOnce): Promise<boolean> {
  const { before, record, row, grounds, trustedUntil } = accepted;
  const written = await acceptAtOnce(db, {
    agentId: before.agent.id,
    version: before.agent.version,
    number: before.record.challengeNumber,
    lastResultId: before.record.lastResultId,
    allowlistId: before.record.allowlistId,
    revisionId: row.allowlistRevisionId,
    ...grounds,
    trustedUntil,
    accepted: record.acceptedCount,
    firstAcceptedAt: record.firstAcceptedAt,
    verifierState: jsonOf(record.verifierState),
    nextNumber: record.challengeNumber,
    challenge: record.answeredChallenge,
    evidence: record.answeredEvidence,
    resultId: row.id,
    domainId: row.domainId,
    projectId: row.projectId,
    failures: JSON.stringify(row.failures),
    counts: JSON.stringify(row.counts),
  });
  return written.length > 0;
}

const jsonOf = (state: VerifierState | null) => state && JSON.stringify(state);
