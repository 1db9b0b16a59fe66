import { InvalidArgumentError } from 'commander';

const UNITS = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 } as const;
const DURATION = /^(\d{1,6})([smhdw])$/;
/** A day, or a time with or without a zone. */
const TIME = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?)?$/i;

/** Reads a time in the past: `2d` is two days ago. */
export const parsePast = (text: string): string => parseTime(text, -1);

/** Reads a time in the future: `2d` is in two days. */
export const parseFuture = (text: string): string => parseTime(text, 1);

function parseTime(text: string, direction: 1 | -1): string {
  const [, count, unit] = DURATION.exec(text) ?? [];
  if (count !== undefined)
    return new Date(Date.now() + direction * Number(count) * UNITS[unit as keyof typeof UNITS] * 1000).toISOString();
  const [whole, zone] = TIME.exec(text) ?? [];
  // All times that are printed are of UTC, so one without a zone is too.
  const isWhole = whole !== undefined && (zone !== undefined || whole.length <= 'YYYY-MM-DD'.length);
  const time = whole === undefined ? Number.NaN : Date.parse(isWhole ? whole : `${whole.replace(' ', 'T')}Z`);
  if (!Number.isNaN(time) && isSameDay(time, whole ?? '', zone)) return new Date(time).toISOString();
  const ago = direction === 1 ? 'from now' : 'ago';
  throw new InvalidArgumentError(
    `It must be a time such as 2026-01-31 or 2026-01-31T08:00:00Z, or how long ${ago}, such as 90m, 1h or 2d.`,
  );
}

/** JavaScript takes 31 February for 3 March. */
function isSameDay(time: number, text: string, zone: string | undefined): boolean {
  const isUtc = zone === undefined || zone.toUpperCase() === 'Z';
  return !isUtc || new Date(time).toISOString().startsWith(text.slice(0, 'YYYY-MM-DD'.length));
}
