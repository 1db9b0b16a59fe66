/** How a seed speaks to a database, in the manner of postgres-js: texts with values between them. */
export interface Sql {
  (parts: TemplateStringsArray, ...values: readonly unknown[]): PromiseLike<unknown>;
  unsafe(text: string, values?: readonly unknown[]): PromiseLike<unknown>;
  begin(write: (tx: Sql) => Promise<void>): PromiseLike<unknown>;
}

export function withoutIndexes(
  sql: Sql,
  tables: readonly string[],
  write: (tx: Sql) => Promise<void>,
): PromiseLike<unknown>;
