import { useEffect } from 'react';
import { createStore, useStore } from '../api/store.js';

const STEPS: readonly (readonly [seconds: number, unit: Intl.RelativeTimeFormatUnit])[] = [
  [31_536_000, 'year'],
  [2_592_000, 'month'],
  [86_400, 'day'],
  [3_600, 'hour'],
  [60, 'minute'],
];
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** How long before or after now a time is, in words. */
export function fromNow(time: number, now: number): string {
  const seconds = Math.round((time - now) / 1000);
  for (const [size, unit] of STEPS)
    if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit);
  return seconds > 0 ? 'in a moment' : 'just now';
}

/** One clock for all times of the page; it goes on every half minute. */
const now = createStore(Date.now());
const TICK_MS = 30_000;
let watchers = 0;
let timer: ReturnType<typeof setInterval> | undefined;

function useNow(): void {
  useEffect(() => {
    watchers += 1;
    now.set(Date.now());
    timer ??= setInterval(() => now.set(Date.now()), TICK_MS);
    return () => {
      watchers -= 1;
      if (watchers > 0) return;
      clearInterval(timer);
      timer = undefined;
    };
  }, []);
  useStore(now);
}

const exactly = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });

/** A time of the API, to the second, for what is compared with other logs. */
export const ExactTime = ({ at }: { readonly at: string }) => (
  <time dateTime={at} title={at}>
    {exactly.format(new Date(at))}
  </time>
);

/** A time of the API: how long ago, and exactly when it is pointed at. */
export function Time({ at, none = '—' }: { readonly at: string | null | undefined; readonly none?: string }) {
  useNow();
  if (!at) return <span>{none}</span>;
  const date = new Date(at);
  return (
    <time dateTime={at} title={date.toLocaleString('en-GB', { timeZoneName: 'short' })}>
      {fromNow(date.getTime(), Date.now())}
    </time>
  );
}
