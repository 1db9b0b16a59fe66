import type { GetColumnData } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { agents, trustAt, trustColumns } from '../../identity/agents/index.js';
import { type Clause, COMMA, clause, join, name } from '../../platform/sql/clause.js';
import { type IsoTime, isoFrom, isoOf } from '../../platform/time-text.js';
import type { AllowlistRow } from '../allowlists/index.js';
import { AGENT_STATES, type AgentState, type Severity } from '../verifier/index.js';
import type { FoundAgent } from './repository.js';
import { attestationRecords as records } from './tables.js';

/** The columns behind everything that the API shows of an agent, mostly by the name of their schema field. */
const COLUMNS = {
  id: agents.id,
  kind: agents.kind,
  name: agents.name,
  externalId: agents.externalId,
  createdAt: agents.createdAt,
  updatedAt: agents.updatedAt,
  projectId: agents.projectId,
  version: agents.version,
  ...trustColumns,
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
/** Times stay text from the database to the answer: nothing here computes with them, and lists have many. */
type Shown<Value> = Value extends Date ? IsoTime : Value;
type Columns = { [K in Key]: Shown<GetColumnData<(typeof COLUMNS)[K]>> };
/** Null for an agent without a record, although no record has them null. */
type Nullable = 'tpmKind' | 'acceptedCount' | 'rejectedCount';
type Stored = Omit<Columns, Nullable> & { [K in Nullable]: Columns[K] | null };

/** The fields that use columns of other names. */
const COMPOSED: Readonly<Record<string, readonly Key[]>> = {
  project: ['projectId'],
  state: ['trustState', 'trustedUntil'],
  allowlist: ['allowlistId'],
  lastResult: ['lastResultId'],
  etag: ['version', 'trustState', 'trustedUntil', 'lastSeverity'],
};

const KEYS = Object.keys(COLUMNS) as Key[];
const NAMES = Object.fromEntries(KEYS.map((key) => [key, name(key)])) as Record<Key, Clause>;

/**
 * An agent as the API returns it. It has its fields as values, because resolvers would cost a list of agents a call for
 * each field; ids lead to related objects.
 */
export interface AgentShape
  extends Readonly<Omit<Stored, 'trustState' | 'lastSeverity' | 'acceptedCount' | 'rejectedCount'>> {
  readonly acceptedCount: number;
  readonly rejectedCount: number;
  readonly state: AgentState;
  readonly lastSeverity: string | null;
  /** The list itself, if it was read too; null when the caller may not read it. */
  readonly allowlist?: AllowlistRow | null | undefined;
}

const STATES: ReadonlySet<string> = new Set(AGENT_STATES);

export function knownState(text: string): AgentState {
  if (!STATES.has(text)) throw new Error(`unknown trust state ${text}`);
  return text as AgentState;
}

export const severityName = (severity: Severity | null) => severity?.toUpperCase() ?? null;

/** The API's view of an agent's rows. */
export function shapeOf({ agent, record }: FoundAgent, now: Date): AgentShape {
  const rows: Readonly<Record<string, unknown>> = { ...record, ...agent };
  const shown = (value: unknown) => (value instanceof Date ? isoOf(value) : (value ?? null));
  return complete(Object.fromEntries(KEYS.map((key) => [key, shown(rows[key])])), isoOf(now));
}

/** Adds the values that are computed from columns; columns that were not read stay absent. */
function complete(shape: Record<string, unknown>, now: IsoTime): AgentShape {
  const { trustState, trustedUntil, lastSeverity, acceptedCount, rejectedCount } = shape as Partial<Stored>;
  if (trustState !== undefined) shape.state = trustAt(knownState(trustState), trustedUntil ?? null, now);
  if (lastSeverity !== undefined) shape.lastSeverity = severityName(lastSeverity);
  // Without a record nothing was ever submitted.
  if (acceptedCount === null) shape.acceptedCount = 0;
  if (rejectedCount === null) shape.rejectedCount = 0;
  return shape as unknown as AgentShape;
}

/** Reads some fields of agents: the columns to select, and how to make an agent from such a row. */
export interface FieldReader {
  readonly columns: Clause;
  /** The row itself, completed. Fields that were not requested are absent, although the type has them. */
  read(row: Record<string, unknown>, now: IsoTime): AgentShape;
}

const known = new WeakMap<ReadonlySet<string>, FieldReader>();

/**
 * Always reads id and name, which make the cursors.
 * @param fields Names of fields, of `Agent` and possibly of other types. A document has one set of them, and one reader.
 */
export function readerOf(fields: ReadonlySet<string>): FieldReader {
  const reader = known.get(fields) ?? newReader(fields);
  known.set(fields, reader);
  return reader;
}

function newReader(fields: ReadonlySet<string>): FieldReader {
  const isAsked = (key: Key) =>
    fields.has(key) || Object.entries(COMPOSED).some(([field, keys]) => fields.has(field) && keys.includes(key));
  const keys = KEYS.filter((key) => key === 'id' || key === 'name' || isAsked(key));
  const times = keys.filter((key) => COLUMNS[key].dataType === 'date');
  return {
    columns: join(
      keys.map((key) => clause`${COLUMNS[key]} as ${NAMES[key]}`),
      COMMA,
    ),
    read(row, now) {
      for (const key of times) if (row[key] !== null) row[key] = isoFrom(row[key] as string);
      return complete(row, now);
    },
  };
}
