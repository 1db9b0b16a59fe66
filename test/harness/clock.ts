/** A clock that stands still until a test moves it. */
export function standingClock() {
  const clock = { time: Date.UTC(2026, 0, 1), now: () => new Date(clock.time) };
  return clock;
}
