import { CliError, EXIT } from './errors.js';
import { type Cell, type Color, GAP, layOut, PAGE, type Screen, wrap } from './layout.js';
import { formatValue, type Row, toJson, valueAt } from './output.js';
import { toYaml } from './yaml.js';

export const FORMATS = ['table', 'wide', 'json', 'yaml', 'name'] as const;
export type Format = (typeof FORMATS)[number];

/** Whether programs read the format; it then has all that the API returned. */
export const isData = (format: Format): format is 'json' | 'yaml' => format === 'json' || format === 'yaml';

/** Whether people read the format. */
export const isForPeople = (format: Format): boolean => format === 'table' || format === 'wide';

/** How a command prints: its format, and where. */
export interface View {
  readonly format: Format;
  /** The columns that the user chose, by their keys. */
  readonly columns?: readonly string[] | undefined;
  readonly screen?: Screen;
}

/** The path of a value in an object: names separated by dots. */
export type Path<Item> = Item extends readonly unknown[]
  ? 'length'
  : Item extends object
    ? { [Name in keyof Item & string]: Name | `${Name}.${Path<NonNullable<Item[Name]>>}` }[keyof Item & string]
    : never;

/** A column: its title, the value by its path or as a function of the row, and colors for values that are states. */
export type Column<Item = Row> = readonly [
  title: string,
  value: Path<Item> | ((item: Item) => unknown),
  colors?: Readonly<Record<string, Color>>,
];

/** What people see of the objects of a noun. Programs get the objects as the API returned them. */
export interface Table<Item = Row> {
  /** What the objects of a list are, for one that is empty. */
  readonly plural?: string;
  /** A list has these; they fit on 80 columns for usual names. */
  readonly columns: readonly Column<Item>[];
  /** A wide list has these too. */
  readonly wide?: readonly Column<Item>[];
  /** One object has these too. */
  readonly more?: readonly Column<Item>[];
  /** What a script calls the object: its name, or the id of an object without a name, unless this says otherwise. */
  readonly name?: (item: Item) => unknown;
}

/** One line per object under a header, or data for programs, or only names. */
export function formatList<Item extends Row>(view: View, rows: readonly Item[], table: Table<NoInfer<Item>>): string {
  const { format, screen = PAGE } = view;
  if (isData(format)) return toData(format, rows);
  if (format === 'name') return rows.map((row) => nameOf(row, table)).join('\n');
  const isWide = format === 'wide';
  const { columns, wide = [] } = table;
  const shown = chosen(view, table) ?? (isWide ? [...columns, ...wide] : columns);
  const lines = rows.map((row) => shown.map((column) => cellOf(row, column, isWide)));
  const header = shown.map(([title]) => ({ text: title.toUpperCase() }));
  return layOut([header, ...lines], isWide ? { ...screen, width: Number.POSITIVE_INFINITY } : screen);
}

/** One object: each column a line, or several where a long value has spaces; or data for programs, or its name. */
export function formatObject<Item extends Row>(view: View, row: Item, table: Table<NoInfer<Item>>): string {
  const { format, screen = PAGE } = view;
  if (isData(format)) return toData(format, row);
  if (format === 'name') return nameOf(row, table);
  const { columns, wide = [], more = [] } = table;
  const shown = chosen(view, table) ?? [...columns, ...wide, ...more];
  const titles = Math.max(...shown.map(([title]) => title.length));
  const room = format === 'wide' ? Number.POSITIVE_INFINITY : screen.width - titles - GAP;
  const lines = shown.flatMap((column) => {
    const cell = cellOf(row, column, true);
    return wrap(cell.text, room).map((text, index) => [{ text: index === 0 ? column[0] : '' }, { ...cell, text }]);
  });
  return layOut(lines, { ...screen, width: Number.POSITIVE_INFINITY });
}

/** JSON or YAML. */
export const toData = (format: 'json' | 'yaml', value: unknown): string =>
  format === 'json' ? toJson(value) : toYaml(value);

/** Anything that has titles of columns. */
export interface Titled {
  readonly columns: readonly (readonly [title: string, ...rest: unknown[]])[];
  readonly wide?: Titled['columns'];
  readonly more?: Titled['columns'];
}

/** How users name the columns of a table: `trusted-until`. */
export const columnKeys = ({ columns, wide = [], more = [] }: Titled): string[] =>
  [...columns, ...wide, ...more].map(([title]) => keyOf(title));

const keyOf = (title: string) => title.toLowerCase().replaceAll(' ', '-');

function chosen<Item>({ columns: keys }: View, table: Table<Item>): Column<Item>[] | undefined {
  const all = [...table.columns, ...(table.wide ?? []), ...(table.more ?? [])];
  return keys?.map((key) => {
    const column = all.find(([title]) => keyOf(title) === key);
    if (column === undefined)
      throw new CliError(`no column ${key} here; choose from ${columnKeys(table).join(', ')}`, EXIT.usage);
    return column;
  });
}

function cellOf<Item extends Row>(row: Item, [title, value, colors]: Column<Item>, isWhole: boolean): Cell {
  const raw = typeof value === 'function' ? value(row) : valueAt(row, value);
  const text = formatValue(raw);
  const color = typeof raw === 'string' ? colors?.[raw] : undefined;
  // An id or a time that is cut is of no use.
  const isTime = TIME.test(text);
  const isRigid = isTime || title === 'Id';
  const isName = title === 'Name' || title === 'Action';
  return { text: isTime && !isWhole ? text.replace(/\.\d+/, '') : text, isRigid, isName, ...(color && { color }) };
}

const TIME = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/** What a script needs. */
function nameOf<Item extends Row>(row: Item, { name }: Table<Item>): string {
  return formatValue(name === undefined ? (row.name ?? row.id) : name(row));
}
