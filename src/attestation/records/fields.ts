import type { GetColumnData } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { JsonRow } from '../../db/rows.js';
import { agents, trustAt } from '../../identity/agents/index.js';
import type { AllowlistRow } from '../allowlists/index.js';
import { AGENT_STATES, type AgentState, type Severity } from '../verifier/index.js';
import type { AgentView } from './repository.js';
import { attestationRecords as records } from './tables.js';

/** All that the API tells of an agent: the columns that it comes from, most by the name of their field in the schema. */
const COLUMNS = {
  id: agents.id,
  kind: agents.kind,
  name: agents.name,
  externalId: agents.externalId,
  createdAt: agents.createdAt,
  projectId: agents.projectId,
  trustState: agents.trustState,
  trustedUntil: agents.trustedUntil,
  tpmKind: records.tpmKind,
  allowlistId: records.allowlistId,
  acceptedCount: records.acceptedCount,
  rejectedCount: records.rejectedCount,
  firstAcceptedAt: records.firstAcceptedAt,
  lastAcceptedAt: records.lastAcceptedAt,
  lastRejectedAt: records.lastRejectedAt,
  lastSeverity: records.lastSeverity,
  lastResultId: records.lastResultId,
} as const satisfies Record<string, PgColumn>;
type Key = keyof typeof COLUMNS;
type Stored = { [K in Key]: GetColumnData<(typeof COLUMNS)[K]> };

/** The fields that come from columns of other names. */
const COMPOSED: Readonly<Record<string, readonly Key[]>> = {
  project: ['projectId'],
  state: ['trustState', 'trustedUntil'],
  allowlist: ['allowlistId'],
  lastResult: ['lastResultId'],
  etag: ['trustState', 'trustedUntil', 'lastSeverity'],
};

const KEYS = Object.keys(COLUMNS) as Key[];

/**
 * An agent as the API tells it. Its fields need no resolvers, which a list of agents would pay for field by field; ids
 * lead to what lies behind its edges.
 */
export interface AgentShape extends Readonly<Omit<Stored, 'trustState' | 'lastSeverity'>> {
  readonly state: AgentState;
  readonly lastSeverity: string | null;
  /** The list itself where it was read along; null when the caller may not read it. */
  readonly allowlist?: AllowlistRow | null | undefined;
}

export function knownState(text: string): AgentState {
  const state = AGENT_STATES.find((known) => known === text);
  if (state === undefined) throw new Error(`unknown trust state ${text}`);
  return state;
}

export const severityName = (severity: Severity | null) => severity?.toUpperCase() ?? null;

/** Both rows of an agent as they are told. */
export function shapeOf({ agent, record }: AgentView, now: Date): AgentShape {
  const rows: Readonly<Record<string, unknown>> = { ...record, ...agent };
  return complete(Object.fromEntries(KEYS.map((key) => [key, rows[key]])), now);
}

/** Adds what is worked out from columns to what they hold; what was not read stays absent. */
function complete(shape: Record<string, unknown>, now: Date): AgentShape {
  const { trustState, trustedUntil, lastSeverity } = shape as Partial<Stored>;
  if (trustState !== undefined) shape.state = trustAt(knownState(trustState), trustedUntil ?? null, now);
  if (lastSeverity !== undefined) shape.lastSeverity = severityName(lastSeverity);
  return shape as unknown as AgentShape;
}

/** Reads some fields of agents: the columns that they take, and an agent from a row of these as the database gives it. */
export interface FieldReader {
  readonly columns: readonly PgColumn[];
  /** Fields that were not asked for are absent, whatever their type says. */
  read(row: JsonRow, now: Date): AgentShape;
}

/** The id and the name make the cursors, and are always read. @param fields Names of fields, of `Agent` and of whatever else. */
export function readerOf(fields: ReadonlySet<string>): FieldReader {
  const isAsked = (key: Key) =>
    fields.has(key) || Object.entries(COMPOSED).some(([field, keys]) => fields.has(field) && keys.includes(key));
  const keys = KEYS.filter((key) => key === 'id' || key === 'name' || isAsked(key));
  const read = keys.map((key) => ({ key, name: COLUMNS[key].name, isTime: COLUMNS[key].dataType === 'date' }));
  return {
    columns: keys.map((key) => COLUMNS[key]),
    read(row, now) {
      const shape: Record<string, unknown> = {};
      for (const { key, name, isTime } of read) {
        const value = row[name];
        shape[key] = isTime && value !== null ? new Date(value as string) : value;
      }
      return complete(shape, now);
    },
  };
}
