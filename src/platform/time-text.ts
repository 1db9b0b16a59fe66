declare const iso: unique symbol;
/** A time as the API writes it, with milliseconds and in UTC. Such texts sort by time. */
export type IsoTime = string & { readonly [iso]: true };

/** The length of a date and a time of day without fractions. */
const SECONDS_END = 19;
const ZONES = ['+00', '+00:00'] as const;

/**
 * A time of the database's text, in a row or in JSON: `2026-01-02 03:04:05.678+00`. Same as to make a `Date` of it and
 * write that, which a list of rows would do hundreds of times.
 */
export function isoFrom(text: string): IsoTime {
  const isPlain = text[10] === ' ' || text[10] === 'T';
  const zone = isPlain ? ZONES.find((one) => text.endsWith(one)) : undefined;
  const fraction = zone && text.slice(SECONDS_END, -zone.length);
  // An earlier or a later year, another zone.
  if (fraction === undefined || !/^(\.\d+)?$/.test(fraction)) return isoOf(new Date(text));
  const milliseconds = fraction === '' ? '.000' : `${fraction}00`.slice(0, 4);
  return `${text.slice(0, 10)}T${text.slice(11, SECONDS_END)}${milliseconds}Z` as IsoTime;
}

export const isoOf = (date: Date): IsoTime => date.toISOString() as IsoTime;

const FORM = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
export const isIsoTime = (value: unknown): value is IsoTime => typeof value === 'string' && FORM.test(value);
