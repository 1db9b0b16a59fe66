declare const iso: unique symbol;
/** A time as the API writes it, with milliseconds and in UTC. Such texts sort by time. */
export type IsoTime = string & { readonly [iso]: true };

/** Where parts of `2026-01-02 03:04:05.678+00` end: date, time of day without fractions, with milliseconds. */
const DATE_END = 10;
const SECONDS_END = 19;
const MILLISECONDS_END = 23;

/**
 * A time of the database's text, in a row or in JSON. The same as to make a `Date` of it and to write that, which takes
 * several times as long; a list of rows has hundreds.
 */
export function isoFrom(text: string): IsoTime {
  const end = text.length - (text.endsWith('+00') ? 3 : text.endsWith('+00:00') ? 6 : text.length + 1);
  const between = text[DATE_END];
  const isPlain = (between === ' ' || between === 'T') && (end === SECONDS_END || text[SECONDS_END] === '.');
  // An earlier or a later year, another zone.
  if (!isPlain || end < SECONDS_END) return isoOf(new Date(text));
  const seconds = `${text.slice(0, DATE_END)}T${text.slice(DATE_END + 1, SECONDS_END)}`;
  if (end >= MILLISECONDS_END) return `${seconds}${text.slice(SECONDS_END, MILLISECONDS_END)}Z` as IsoTime;
  return `${seconds}.${text.slice(SECONDS_END + 1, end).padEnd(3, '0')}Z` as IsoTime;
}

export const isoOf = (date: Date): IsoTime => date.toISOString() as IsoTime;

/** Whether a time is text already. What a row has is a time, so its form needs no more than to be told apart. */
export const isIsoTime = (value: unknown): value is IsoTime =>
  typeof value === 'string' && value.length === 24 && value[DATE_END] === 'T' && value.endsWith('Z');
