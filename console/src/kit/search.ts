/** A filter is a text that the person types, a time, some of a list of words, or an id that a control of the page's own chooses. */
export type FilterKind = 'text' | 'time' | 'id' | readonly string[];

/** The filters of a list, by the field of its filter input. */
export type Filters = Readonly<Record<string, FilterKind>>;

/** The values that an address gives to the filters of a list. */
export type FilterValues<F extends Filters> = {
  readonly [Name in keyof F]?: F[Name] extends readonly (infer Word)[] ? readonly Word[] : string;
};

/** The order of a list: a field, with a minus for the largest or newest first. */
export type Order<Field extends string> = Field | `-${Field}`;

/** What an address says about a list. */
export type ListSearch<F extends Filters, Field extends string> = FilterValues<F> & {
  readonly order?: Order<Field>;
  /** The cursor at which the list begins. */
  readonly after?: string;
};

/** What a list can be filtered and ordered by, and how that stands in an address. */
export interface SearchDefinition<F extends Filters, Field extends string> {
  readonly filters: F;
  readonly orders: readonly Field[];
  /** Reads an address; what does not fit is left out. */
  readonly validate: (search: Readonly<Record<string, unknown>>) => ListSearch<F, Field>;
}

const TEXT_MAX = 1000;
const isText = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= TEXT_MAX;

function filterValueOf(kind: FilterKind, given: unknown): string | readonly string[] | undefined {
  if (kind === 'text' || kind === 'id') return isText(given) ? given : undefined;
  if (kind === 'time') return isText(given) && !Number.isNaN(Date.parse(given)) ? given : undefined;
  const words = [given].flat().filter((word): word is string => isText(word) && kind.includes(word));
  return words.length > 0 ? words : undefined;
}

/** Declares the filters and the orders of a list, once for its address, its controls and its query. */
export function defineSearch<const F extends Filters, const Field extends string>(
  filters: F,
  orders: readonly Field[],
): SearchDefinition<F, Field> {
  const known: readonly string[] = orders.flatMap((field) => [field, `-${field}`]);
  const validate = (search: Readonly<Record<string, unknown>>) => {
    const values = Object.entries(filters).map(([name, kind]) => [name, filterValueOf(kind, search[name])]);
    const { order, after } = search;
    const found = {
      ...Object.fromEntries(values),
      order: known.includes(String(order)) ? order : undefined,
      after: isText(after) ? after : undefined,
    };
    return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)) as ListSearch<F, Field>;
  };
  return { filters, orders, validate };
}

/** The order as the API takes it; null for the list's own. */
export function orderOf<Field extends string>(order: Order<Field> | undefined) {
  if (order === undefined) return null;
  const isDescending = order.startsWith('-');
  const field = (isDescending ? order.slice(1) : order) as Field;
  return { field, direction: isDescending ? ('DESC' as const) : ('ASC' as const) };
}

/** Reads the part of an address behind its `?`: a name that is there several times has several values. */
export function parseSearch(text: string): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const [name, value] of new URLSearchParams(text)) {
    const before = found[name];
    found[name] = before === undefined ? value : [before, value].flat();
  }
  return found;
}

/** Writes it. */
export function stringifySearch(search: Readonly<Record<string, unknown>>): string {
  const written = new URLSearchParams();
  for (const [name, value] of Object.entries(search))
    for (const one of [value].flat()) if (one !== undefined && one !== null) written.append(name, String(one));
  return written.size === 0 ? '' : `?${written}`;
}
