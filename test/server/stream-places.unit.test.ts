import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { StreamMetrics } from '../../src/server/metrics/stream-metrics.js';
import { type Holder, StreamPlaces } from '../../src/server/streams/stream-places.js';
import { Random } from '../prove/walk.js';

const PLACES = 40;
const MACHINES_MAX = 30;
const EACH_MAX = 16;

/** Arrivals and ends as they come, counted beside the places themselves. */
function arrivals(seed: number) {
  const random = new Random(seed);
  const places = new StreamPlaces(
    { streams: PLACES, streamsPerPrincipal: EACH_MAX },
    new StreamMetrics(new Registry()),
  );
  const open = new Map<{ readonly holder: Holder }, () => void>();
  const heldBy = (id: string) => [...open.keys()].filter(({ holder }) => holder.id === id).length;
  const most = () => Math.max(0, ...[...open.keys()].map(({ holder }) => heldBy(holder.id)));
  const arrive = (holder: Holder): boolean => {
    const stream = { holder };
    try {
      const giveBack = places.take(holder, () => void open.delete(stream));
      open.set(stream, giveBack);
      return true;
    } catch (error) {
      expect(error).toMatchObject({ code: 'RATE_LIMITED', extensions: { retryAfterSeconds: 1 } });
      return false;
    }
  };
  return { random, open, heldBy, most, arrive };
}

test('ok: whoever comes and goes, the limits hold, and who has none gets a place while somebody has two', () => {
  for (let seed = 0; seed < 20; seed++) {
    const { random, open, heldBy, most, arrive } = arrivals(seed);
    for (let step = 0; step < 400; step++) {
      const number = random.below(40);
      const kind = number % 3 === 0 ? 'agent' : 'user';
      const holder: Holder = { kind, id: `${kind}-${number}`, domainId: `domain-${number % 4}` };
      const [before, mostBefore] = [heldBy(holder.id), most()];
      const isIn = arrive(holder);
      if (kind === 'user' && before === 0 && mostBefore > 1) expect(isIn).toBe(true);
      const agents = [...open.keys()].filter((stream) => stream.holder.kind === 'agent');
      expect(agents.length).toBeLessThanOrEqual(MACHINES_MAX);
      expect(open.size).toBeLessThanOrEqual(PLACES);
      expect(most()).toBeLessThanOrEqual(EACH_MAX);
      if (!random.chance(0.2)) continue;
      const [stream, giveBack] = random.pick([...open]);
      open.delete(stream);
      giveBack();
    }
  }
});

test('ok: machines cannot keep a person out, and come to rest among themselves', () => {
  const { arrive, open } = arrivals(1);
  for (let number = 0; number < 200; number++)
    arrive({ kind: 'agent', id: `agent-${number % 50}`, domainId: 'domain' });
  expect(open.size).toBe(MACHINES_MAX);
  expect(new Set([...open.keys()].map(({ holder }) => holder.id)).size).toBe(MACHINES_MAX);
  expect(arrive({ kind: 'user', id: 'person', domainId: 'domain' })).toBe(true);
  expect(arrive({ kind: 'agent', id: 'agent-50', domainId: 'domain' })).toBe(false);
});
