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
  ...['authorization_epoch.epoch'],
  ...['tokens.hash', 'users.password_hash', 'api_credentials.key_hash', 'login_nonces.nonce'],
  ...['attestation_records.answered_challenge', 'attestation_records.answered_evidence'],
  ...['attestation_records.enrollment_token_hash', 'attestation_records.activation_secret_hash'],
]);

type Row = Readonly<Record<string, unknown>>;
/** All rows of the database, each as its table and its text. */
export type Snapshot = ReadonlyMap<string, { readonly table: string; readonly row: Row }>;

const tables = (await allTables()).map(getTableName).filter((name) => !OWN_TIME.has(name));

export async function snapshotOf(db: Db): Promise<Snapshot> {
  const each = tables.map((name) => `select '${name}' as "table", to_jsonb(t) as row from ${name} t`);
  const rows = await rowsOf<{ table: string; row: Row }>(db, sql.raw(each.join(' union all ')));
  return new Map(rows.map((one) => [`${one.table} ${JSON.stringify(one.row)}`, one]));
}

/** What became of the rows in between: one line for each. */
export function differenceOf(before: Snapshot, after: Snapshot, texts: Texts): string[] {
  const gone = [...before].filter(([text]) => !after.has(text)).map(([, one]) => one);
  const made = [...after].filter(([text]) => !before.has(text)).map(([, one]) => one);
  const changed = gone.flatMap((old) => {
    const young = made.find(({ table, row }) => table === old.table && row.id !== undefined && row.id === old.row.id);
    return young ? [{ old, young }] : [];
  });
  const isChanged = (one: (typeof made)[number]) => changed.some(({ old, young }) => old === one || young === one);
  const whole = (sign: string, all: typeof made) =>
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

const ID = /\b[a-z]{3}_[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g;
const MOMENT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)/g;
/** Names that the world counts. */
const COUNTED = /\b(user|domain|project)-\d+\b/g;
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
      .replaceAll(ID, (id) => `<${nameOf(id)}>`)
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
