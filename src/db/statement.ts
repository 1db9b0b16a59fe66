import { is, Param, Placeholder, type SQL, type SQLChunk, sql } from 'drizzle-orm';
import { type PgColumn, PgDialect } from 'drizzle-orm/pg-core';
import { addFixed } from './fixed-texts.js';
import type { Db } from './types.js';

/**
 * What a statement takes. A list goes as the text of a JSON array, which `json_array_elements_text` and
 * `json_to_recordset` read: the engines agree on no other form.
 */
type Value = string | number | boolean | Date | Uint8Array | null;

/** The place of a value in the text; a column converts it as the query builder would. */
type PlaceOf<Values> = (name: keyof Values & string, like?: PgColumn) => SQLChunk;

/** Runs a statement on the database or in a transaction. Rows are as the engine gives them; times are text. */
export type Statement<Values, Row> = (db: Db, values: Values) => Promise<readonly Row[]>;

/**
 * A statement whose text never changes. The query builder writes it once; a run only binds its values.
 *
 *     const findName = statement<{ id: string }, { name: string }>(
 *       (value) => sql`select ${users.name} from ${users} where ${users.id} = ${value('id')}`,
 *     );
 *     const [found] = await findName(tx, { id });
 */
export function statement<Values extends { readonly [Name in keyof Values]: Value }, Row>(
  write: (value: PlaceOf<Values>) => SQL,
): Statement<Values, Row> {
  let made: Made<Values> | undefined;
  return (db, values) => {
    made ??= madeOf(write);
    const { text, binds } = made;
    return db.send<Row>(
      text,
      binds.map((bind) => bind(values)),
    );
  };
}

interface Made<Values> {
  readonly text: string;
  readonly binds: readonly ((values: Values) => unknown)[];
}

const dialect = new PgDialect();

function madeOf<Values>(write: (value: PlaceOf<Values>) => SQL): Made<Values> {
  const place: PlaceOf<Values> = (name, like) => {
    const placeholder = sql.placeholder(name);
    return like ? sql.param(placeholder, like) : placeholder;
  };
  const { sql: text, params } = dialect.sqlToQuery(write(place));
  addFixed(text);
  return { text, binds: params.map(bindOf<Values>) };
}

/** How the value of one `$n` is found: among those of the run, or in the statement itself. */
function bindOf<Values>(parameter: unknown): (values: Values) => unknown {
  const { value: placed, encoder } = is(parameter, Param) ? parameter : { value: parameter, encoder: null };
  if (!is(placed, Placeholder)) return () => parameter;
  const name = placed.name as keyof Values;
  return (values) => {
    const value: unknown = values[name];
    if (value === undefined) throw new Error(`The statement has no value for ${String(name)}.`);
    if (value === null) return null;
    const sent = encoder === null ? value : encoder.mapToDriverValue(value);
    return sent instanceof Date ? sent.toISOString() : sent;
  };
}
