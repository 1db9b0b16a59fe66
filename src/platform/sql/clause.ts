import { Column, is, SQL, type SQLWrapper, StringChunk, sql, Table } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';

/** What is sent beside a statement's text. */
export type Value = string | number | boolean | Date | Uint8Array | null;
type Part = Clause | SQL | Column | Table | Value;

/**
 * A part of a statement: its text, and apart from it its values.
 *
 * Only the template of `clause` makes one. What stands in the source code becomes text, with the names of tables and
 * columns; all else becomes values. So no value of a caller can become text, and clauses of one structure have one text
 * whoever asks, which the database prepares once. Putting clauses together takes a fraction of what the query builder
 * takes, whose conditions and statements accept clauses too.
 */
export class Clause implements SQLWrapper {
  /** One more than there are values: each value stands between two. */
  readonly texts: readonly string[];
  readonly values: readonly unknown[];

  private constructor(texts: readonly string[], values: readonly unknown[]) {
    this.texts = texts;
    this.values = values;
  }

  static write(strings: TemplateStringsArray, ...parts: readonly Part[]): Clause {
    const texts: string[] = [];
    const values: unknown[] = [];
    let text = strings[0] as string;
    for (let at = 0; at < parts.length; at += 1) {
      const part = parts[at] as Part;
      if (isValue(part)) {
        texts.push(text);
        values.push(part instanceof Date ? part.toISOString() : part);
        text = '';
      } else {
        const inner = part instanceof Clause ? part : clauseOf(part);
        text = append(inner, text, texts, values);
      }
      text += strings[at + 1] as string;
    }
    texts.push(text);
    return new Clause(texts, values);
  }

  /** Clauses one after another, with the same words between them. */
  static join(clauses: readonly Clause[], between: Clause): Clause {
    const texts: string[] = [];
    const values: unknown[] = [];
    let text = '';
    for (const [at, one] of clauses.entries()) {
      if (at > 0) text = append(between, text, texts, values);
      text = append(one, text, texts, values);
    }
    texts.push(text);
    return new Clause(texts, values);
  }

  /** What the query builder wrote, or the name of a table or column as it writes it. */
  static from(part: SQL | Column | Table): Clause {
    const { sql: text, params } = dialect.sqlToQuery(part instanceof SQL ? part : sql`${part}`);
    const texts = text.split(PLACE);
    if (texts.length !== params.length + 1) throw new Error('A statement has NUL in its text.');
    return new Clause(texts, params);
  }

  /** For the query builder. */
  getSQL(): SQL {
    const [first = '', ...others] = this.texts;
    return new SQL([
      new StringChunk(first),
      ...others.flatMap((text, at) => [sql.param(this.values[at]), new StringChunk(text)]),
    ]);
  }

  /** For the query builder, which puts parentheses around what it does not know. */
  shouldOmitSQLParens(): boolean {
    return true;
  }
}

export const clause = Clause.write;
export const join = Clause.join;

/** A condition, in either form. */
export type Condition = Clause | SQL | undefined;

/** TRUE when all of some conditions are, whatever operators they have; undefined when there are none. */
export function every(conditions: readonly Condition[]): Clause | undefined {
  const given = conditions.filter((one) => one !== undefined).map(clauseOf);
  const [first, ...others] = given.map((one) => clause`(${one})`);
  return others.length > 0 && first ? clause`(${join([first, ...others], AND)})` : first;
}

/** The values of a list, for `in (…)`. */
export const values = (of: readonly Value[]): Clause =>
  join(
    of.map((value) => clause`${value}`),
    COMMA,
  );

/** A name that the code gives, for example to a column of a result. */
export const name = (given: string): Clause => Clause.from(sql.identifier(given).getSQL());

export const COMMA = clause`, `;
const AND = clause` and `;

/** The text with its numbered places, and the values for them. */
export function queryOf(part: Clause | SQL): { readonly text: string; readonly values: readonly unknown[] } {
  const { texts, values: own } = clauseOf(part);
  let text = texts[0] as string;
  for (let at = 1; at < texts.length; at += 1) text += `$${at}${texts[at]}`;
  return { text, values: own };
}

const known = new WeakMap<object, Clause>();

/** Names, and what the query builder made without values, stay as they are: each is written once. */
function clauseOf(part: Clause | SQL | Column | Table): Clause {
  if (part instanceof Clause) return part;
  const found = known.get(part);
  if (found !== undefined) return found;
  // The query builder would write a list, or fail in its own words.
  if (Object.getPrototypeOf(part) === null || !(is(part, SQL) || is(part, Column) || is(part, Table)))
    throw new Error('A clause takes values and SQL; for a list of values there is `values`.');
  const made = Clause.from(part);
  if (made.values.length === 0) known.set(part, made);
  return made;
}

function append({ texts, values: own }: Clause, before: string, allTexts: string[], allValues: unknown[]): string {
  let text = before + texts[0];
  for (let at = 0; at < own.length; at += 1) {
    allTexts.push(text);
    allValues.push(own[at]);
    text = texts[at + 1] as string;
  }
  return text;
}

const isValue = (part: Part): part is Value =>
  typeof part !== 'object' || part === null || part instanceof Date || part instanceof Uint8Array;

/** Where a value stands in what the query builder writes; no text of a statement has it. */
const PLACE = '\0';

class Marking extends PgDialect {
  override escapeParam(): string {
    return PLACE;
  }
}
const dialect = new Marking();
