export const FORMATS = ['table', 'json', 'name'] as const;
export type Format = (typeof FORMATS)[number];

/** An object as the API returned it. */
export type Row = Readonly<Record<string, unknown>>;

/** The path of a value in an object: names separated by dots. */
export type Path<Item> = Item extends readonly unknown[]
  ? 'length'
  : Item extends object
    ? { [Name in keyof Item & string]: Name | `${Name}.${Path<NonNullable<Item[Name]>>}` }[keyof Item & string]
    : never;

/** A column of a table: its title, and the path of its value in the row. */
export type Column<Item = Row> = readonly [title: string, path: Path<Item>];

/** One line per object under a header, or JSON, or only names. */
export function formatList<Item extends Row>(
  format: Format,
  rows: readonly Item[],
  columns: readonly Column<NoInfer<Item>>[],
): string {
  if (format === 'json') return toJson(rows);
  if (format === 'name') return rows.map(nameOf).join('\n');
  const cells = rows.map((row) => columns.map(([, path]) => formatValue(valueAt(row, path))));
  return alignColumns([columns.map(([title]) => title), ...cells]);
}

/** One object: one line per column, or JSON, or its name. */
export function formatObject<Item extends Row>(
  format: Format,
  row: Item,
  columns: readonly Column<NoInfer<Item>>[],
): string {
  if (format === 'json') return toJson(row);
  if (format === 'name') return nameOf(row);
  return alignColumns(columns.map(([title, path]) => [title, formatValue(valueAt(row, path))]));
}

/** What a script needs: the name, or the id of an object without a name. */
function nameOf(row: Row): string {
  return formatValue(row.name ?? row.id);
}

export function valueAt(row: Row, path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => (isRow(value) ? value[name] : undefined), row);
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null;
}

/** A value in a form for people. */
export function formatValue(value: unknown): string {
  if (value === null || value === undefined) return '-';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.length === 0 ? '-' : value.map(formatValue).join(', ');
  return printable(typeof value === 'object' ? JSON.stringify(value) : String(value));
}

/** Names and paths come from others: escapes control characters, so that they cannot control the reader's terminal. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u{${code.toString(16)}}`;
  });
}

/** JSON for people and programs: also escapes the characters that could control a terminal, in JSON's own way. */
export function toJson(value: unknown): string {
  const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value, null, 2).replace(/[\u007f-\u009f\p{Cf}\u2028\u2029]/gu, (character) =>
    character.split('').map(escaped).join(''),
  );
}

/** Pads all columns but the last to their widest cell, with two spaces between. */
export function alignColumns(rows: readonly (readonly string[])[]): string {
  const columns = rows[0]?.length ?? 0;
  const widths = Array.from({ length: columns }, (_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)));
  const pad = (cell: string, index: number) => (index === columns - 1 ? cell : cell.padEnd((widths[index] ?? 0) + 2));
  return rows.map((row) => row.map(pad).join('')).join('\n');
}
