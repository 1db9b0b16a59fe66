import { Writable } from 'node:stream';
import fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { ReferenceClock } from '../../src/platform/reference-clock.js';

const HOUR = 3_600_000;

/** A machine and a reference whose clocks a test turns; asking takes time. */
function world({ day = 0, before }: { day?: number; before?: (time: Date) => Promise<void> } = {}) {
  const lines: string[] = [];
  const state = { steady: 1000.5, day, reference: 0, thereMs: 0, backMs: 0, isAway: false };
  const pass = (ms: number) => {
    state.steady += ms;
    state.day += ms;
    state.reference += ms;
  };
  const ask = async () => {
    if (state.isAway) throw new Error('away');
    pass(state.thereMs);
    const told = Math.floor(state.reference);
    pass(state.backMs);
    return told;
  };
  const machine = { steady: () => state.steady, day: () => state.day };
  const log = pino(new Writable({ write: (chunk, _encoding, done) => done(void lines.push(String(chunk))) }));
  const clock = new ReferenceClock({ ask, machine, log, ...(before && { before }) });
  const messages = () => lines.map((line) => JSON.parse(line).msg as string);
  const started = async () => {
    await clock.start();
    await clock.stop();
    return clock;
  };
  return { state, pass, clock, started, messages };
}

describe('a clock that follows a reference', () => {
  test('ok: it shows the reference’s time, whatever the machine’s says, and goes on while the reference is away', async () => {
    const { state, pass, started } = world({ day: 5 * 60_000 });
    const clock = await started();
    expect(clock.now().getTime()).toBe(0);
    expect(clock.skewMs()).toBe(300_000);
    state.day -= 10 * 60_000;
    expect([clock.now().getTime(), clock.skewMs()]).toEqual([0, -300_000]);
    state.isAway = true;
    await expect(clock.measure()).rejects.toThrow('away');
    pass(HOUR);
    expect([clock.now().getTime(), clock.skewMs()]).toEqual([HOUR, -300_000]);
  });

  test('ok: a jump of the reference is followed, ahead and back, and what a time needs is made before it is shown', async () => {
    const shown: [ready: number, shown: number][] = [];
    const { state, started, clock, messages } = world({
      before: async (time) => void shown.push([time.getTime(), isStarted ? clock.now().getTime() : -1]),
    });
    let isStarted = false;
    await started();
    isStarted = true;
    shown.length = 0;
    for (const reference of [24 * HOUR, HOUR]) {
      state.reference = reference;
      await clock.measure();
      expect(clock.now().getTime() - reference).toBeOneOf([0, 1]);
    }
    expect(shown).toEqual([
      [24 * HOUR, 0],
      [HOUR + 1, 24 * HOUR],
    ]);
    const jumped = messages().filter((line) => line === 'the time of the database jumped; this process follows it');
    expect(jumped).toHaveLength(2);
  });

  test('ok: however long answers take, it is never further off than the quickest took, and never goes back', async () => {
    const times = fc.array(fc.tuple(fc.nat(900), fc.nat(900), fc.nat(5000)), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(times, async (asked) => {
        const { state, pass, started } = world();
        [state.thereMs, state.backMs] = asked[0] as [number, number, number];
        const clock = await started();
        let quickest = state.thereMs + state.backMs;
        let last = clock.now().getTime();
        for (const [thereMs, backMs, restMs] of asked) {
          Object.assign(state, { thereMs, backMs });
          await clock.measure();
          quickest = Math.min(quickest, thereMs + backMs);
          const now = clock.now().getTime();
          expect(now).toBeGreaterThanOrEqual(last);
          // While it stands still it waits for the time that it was ahead of. A millisecond each for what the reference
          // cuts off and for what `now` does.
          if (now > last) expect(Math.abs(now - state.reference)).toBeLessThanOrEqual(quickest + 2);
          last = now;
          pass(restMs);
        }
      }),
    );
  });

  test('ok: a skew is said once, again when it grew by half, and that it is gone', async () => {
    const { state, started, messages } = world({ day: 900 });
    const clock = await started();
    const measured = async (day: number) => {
      state.day = day;
      await clock.measure();
    };
    expect(messages()).toEqual([]);
    for (const day of [1100, 1200, 1300, 3000, 3500, 4000, 300_000, 300_400, 900, 300, 0]) await measured(day);
    expect(messages()).toEqual([
      "this machine's clock is 1.1 s ahead of the database's",
      "this machine's clock is 3 s ahead of the database's",
      "this machine's clock is 300 s ahead of the database's",
      "this machine's clock agrees with the database's again",
    ]);
  });
});
