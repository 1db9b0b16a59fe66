import { createHash } from 'node:crypto';
import { getTableName, sql } from 'drizzle-orm';
import type { Db } from '../../../src/db/open.js';
import { rowsOf } from '../../../src/db/rows.js';
import { kindOf } from '../../../src/platform/ids.js';
import { allTables } from '../tables.js';

/** What the server writes at its own time, whatever was asked. */
const OWN_TIME = new Set(['audit_seals', 'audit_heads', 'event_outbox', 'login_keys']);
/** What differs in every run. */
const DIFFERENT = new Set([
  ...['audit_entries.request_id', 'audit_entries.xid', 'events.position', 'idempotency_keys.input_hash'],
  ...['authorization_epoch.epoch', 'join_tokens.token_hash'],
  ...['tokens.hash', 'users.password_hash', 'api_credentials.key_hash', 'login_nonces.nonce'],
  ...['attestation_records.answered_challenge', 'attestation_records.answered_evidence'],
  ...['attestation_records.enrollment_token_hash', 'attestation_records.activation_secret_hash'],
]);

type Row = Readonly<Record<string, unknown>>;
interface One {
  readonly table: string;
  readonly row: Row;
}
/** The rows of a table by their texts, and what changes when one of them does. */
interface Read {
  readonly count: number;
  readonly newest: number;
  readonly rows: ReadonlyMap<string, One>;
}
/** All rows of the database, by their tables. */
export type Snapshot = ReadonlyMap<string, Read>;

const tables = (await allTables()).map(getTableName).filter((name) => !OWN_TIME.has(name));
const NOTHING: Read = { count: 0, newest: 0, rows: new Map() };
/** The transaction that wrote a row as it is. */
const WRITER = 'xmin::text::bigint';

/**
 * All rows as they are now. Of tables that only grew since `last`, what is new is read, of those that changed otherwise
 * all is, and those that are as they were are not read.
 */
export async function snapshotOf(db: Db, last?: Snapshot): Promise<Snapshot> {
  const each = tables.map(
    (name) =>
      `select '${name}' as "table", count(*)::int as count, coalesce(max(${WRITER}), 0)::float8 as newest from ${name}`,
  );
  const marks = await rowsOf<{ table: string; count: number; newest: number }>(db, sql.raw(each.join(' union all ')));
  const entries: [string, Read][] = [];
  for (const { table, count, newest } of marks) {
    const old = last?.get(table) ?? NOTHING;
    const isSame = old.count === count && old.newest === newest;
    entries.push([table, isSame ? old : { count, newest, rows: await rowsSince(db, table, old, count) }]);
  }
  return new Map(entries);
}

async function rowsSince(db: Db, table: string, old: Read, count: number): Promise<Read['rows']> {
  const young = await readRows(db, table, old.newest);
  return old.count + young.length === count
    ? new Map([...old.rows, ...young])
    : new Map(old.newest === 0 ? young : await readRows(db, table, 0));
}

async function readRows(db: Db, table: string, after: number): Promise<(readonly [string, One])[]> {
  const query = `select to_jsonb(t) as row from ${table} t where ${WRITER} > ${after}`;
  return (await rowsOf<{ row: Row }>(db, sql.raw(query))).map(({ row }) => [JSON.stringify(row), { table, row }]);
}

/** What became of the rows in between: one line for each. */
export function differenceOf(before: Snapshot, after: Snapshot, texts: Texts): string[] {
  const gone: One[] = [];
  const made: One[] = [];
  for (const [table, { rows }] of after) {
    const old = before.get(table)?.rows ?? NOTHING.rows;
    if (old === rows) continue;
    gone.push(...[...old].filter(([text]) => !rows.has(text)).map(([, one]) => one));
    made.push(...[...rows].filter(([text]) => !old.has(text)).map(([, one]) => one));
  }
  const changed = gone.flatMap((old) => {
    const young = made.find(({ table, row }) => table === old.table && row.id !== undefined && row.id === old.row.id);
    return young ? [{ old, young }] : [];
  });
  const isChanged = (one: One) => changed.some(({ old, young }) => old === one || young === one);
  const whole = (sign: string, all: readonly One[]) =>
    all.filter((one) => !isChanged(one)).map(({ table, row }) => ({ sign, table, row, old: undefined }));
  const updates = changed.map(({ old, young }) => ({ sign: '~', table: old.table, row: young.row, old: old.row }));
  const lines = [...whole('+', made), ...updates, ...whole('-', gone)].map((one) => ({ ...one, text: lineOf(one) }));
  // In an order that the numbers in ids do not decide.
  const sorted = lines.sort((a, b) => (texts.withoutNumbers(a.text) < texts.withoutNumbers(b.text) ? -1 : 1));
  return sorted.map(({ text }) => texts.named(text));
}

interface Line {
  readonly sign: string;
  readonly table: string;
  readonly row: Row;
  /** What the row was before. */
  readonly old: Row | undefined;
}

function lineOf({ sign, table, row, old }: Line): string {
  const columns = Object.keys(row).sort();
  const textOf = (column: string, of: Row) =>
    DIFFERENT.has(`${table}.${column}`) && of[column] !== null ? '…' : JSON.stringify(of[column]);
  if (old) {
    const parts = columns.filter((column) => JSON.stringify(row[column]) !== JSON.stringify(old[column]));
    // When a row changed before depends on how long the world took to make.
    const before = (column: string) => (column === 'updated_at' ? '…' : textOf(column, old));
    const told = parts.map((column) => `${column} ${before(column)} → ${textOf(column, row)}`);
    return `${sign} ${table} ${row.id}: ${told.join(', ')}`;
  }
  const told = columns.filter((column) => row[column] !== null).map((column) => `${column} ${textOf(column, row)}`);
  return `${sign} ${table}: ${told.join(', ')}`;
}

/** Host names of stories have a hyphen where ids have an underscore. */
const ID = /\b[a-z]{3}[_-][0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g;
const MOMENT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)/g;
/** Names that the world counts. */
const COUNTED = /\b(user|domain|project)-\d+\b/g;
/** Keys that the world counts. */
const KEY = /\b0{40,}[1-9]\d*\b/g;
const OPAQUE = /[A-Za-z0-9+/=_-]{33,}/g;

/** Texts that are the same in every run: ids by their names or numbers, moments from now on, long values by a digest. */
export class Texts {
  readonly #now: number;
  readonly #names: Map<string, string>;
  readonly #counts = new Map<string, number>();

  /** @param names What ids are called that were there before. */
  constructor(now: Date, names: ReadonlyMap<string, string>) {
    this.#now = now.getTime();
    this.#names = new Map(names);
  }

  named(text: string): string {
    return this.#replaced(text, (id) => this.#names.get(id) ?? this.#numbered(id));
  }

  withoutNumbers(text: string): string {
    return this.#replaced(text, (id) => this.#names.get(id) ?? `${kindOf(id)}`);
  }

  #replaced(text: string, nameOf: (id: string) => string): string {
    return text
      .replaceAll(ID, (id) => `<${nameOf(id.replace(/^(...)-/, '$1_'))}>`)
      .replaceAll(KEY, '<key>')
      .replaceAll(COUNTED, '$1-N')
      .replaceAll(MOMENT, (moment) => this.#fromNow(moment))
      .replaceAll(OPAQUE, (value) => `#${createHash('sha256').update(value).digest('hex').slice(0, 8)}`);
  }

  #numbered(id: string): string {
    const kind = String(kindOf(id));
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    this.#names.set(id, `${kind} ${count}`);
    return `${kind} ${count}`;
  }

  #fromNow(moment: string): string {
    const seconds = (Date.parse(moment) - this.#now) / 1000;
    return seconds === 0 ? 'now' : `now${seconds > 0 ? '+' : ''}${seconds}s`;
  }
}
