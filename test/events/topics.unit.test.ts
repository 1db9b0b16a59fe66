import { describe, expect, test } from 'vitest';
import { EVERY_TOPIC } from '../../src/db/open.js';
import { ChangeNotifier, type Listener, type Topic } from '../../src/events/index.js';
import { saidOf } from '../../src/events/topics.js';

const NEVER = new AbortController().signal;
const isNotified = (listener: Listener) => listener.wait(1, NEVER);
const about = (type: string | null, ...ids: string[]): Topic => ({
  type,
  objectIds: ids.length > 0 ? new Set(ids) : null,
});

/** Which listeners are notified when something is said. */
async function notifiedBy(said: string, topics: Readonly<Record<string, Topic>>): Promise<string[]> {
  const notifier = new ChangeNotifier();
  const listeners = Object.entries(topics).map(([name, topic]) => ({ name, listener: notifier.listen(topic) }));
  notifier.notify(said);
  const notified = await Promise.all(
    listeners.map(async ({ name, listener }) => ((await isNotified(listener)) ? [name] : [])),
  );
  return notified.flat();
}

const TOPICS = {
  all: about('agent.trust_changed'),
  one: about('agent.trust_changed', 'agt_1'),
  several: about('agent.trust_changed', 'agt_2', 'agt_3'),
  other: about('agent.trust_changed', 'agt_4'),
  none: { type: 'agent.trust_changed', objectIds: new Set<string>() },
  lists: about('allowlist.published'),
  itself: about(null, 'agt_1'),
  rights: about('rights'),
};
const happened = (...ids: string[]) => ids.map((objectId) => ({ type: 'agent.trust_changed', objectId }));

describe('who is woken', () => {
  test('ok: those that asked for the object, for all of its type, or are it', async () => {
    const [said = ''] = saidOf(happened('agt_1', 'agt_3', 'agt_1'));
    expect(await notifiedBy(said, TOPICS)).toEqual(['all', 'one', 'several', 'itself']);
  });

  test('ok: of a type without objects, as the release before says it, all that ask for the type', async () => {
    expect(await notifiedBy('agent.trust_changed', TOPICS)).toEqual([
      'all',
      'one',
      'several',
      'other',
      'none',
      'itself',
    ]);
  });

  test('ok: of rights, those that asked for them; of what may have been missed, all', async () => {
    expect(await notifiedBy('rights', TOPICS)).toEqual(['itself', 'rights']);
    expect(await notifiedBy(EVERY_TOPIC, TOPICS)).toEqual(Object.keys(TOPICS));
  });
});

describe('what is said', () => {
  test('ok: a text for each type, with each object once', () => {
    const facts = [...happened('agt_1', 'agt_2', 'agt_1'), { type: 'allowlist.published', objectId: 'alw_1' }];
    expect(saidOf(facts)).toEqual(['agent.trust_changed agt_1 agt_2', 'allowlist.published alw_1']);
  });

  test('ok: more objects than Postgres takes in one text are the whole type', () => {
    const ids = (count: number) =>
      Array.from({ length: count }, (_, index) => `agt_${String(index).padStart(32, '0')}`);
    const [few = ''] = saidOf(happened(...ids(150)));
    expect(few.split(' ')).toHaveLength(151);
    expect(Buffer.byteLength(few)).toBeLessThan(8000);
    expect(saidOf(happened(...ids(500)))).toEqual(['agent.trust_changed']);
  });
});
