import { setTimeout as delay } from 'node:timers/promises';
import { eq, inArray } from 'drizzle-orm';
import { knownState } from '../../src/attestation/records/fields.js';
import { trustChanged } from '../../src/attestation/records/trust.js';
import { lockEpoch, type Services } from '../../src/authority/index.js';
import { events, recordEvents } from '../../src/events/index.js';
import { agents, setTrust } from '../../src/identity/agents/index.js';
import { asId, asIds } from '../harness/ids.js';
import type { Json } from '../harness/server.js';
import { eventually, TRUST, watch } from './watch.js';

export interface Walk {
  readonly writers: number;
  readonly changesEach: number;
  /** How long a transaction may linger at each of its steps. */
  readonly lingerMs: number;
}

const STATES = ['PENDING', 'TRUSTED', 'FAILED'] as const;
/** After this, what did not come is lost. */
const STALLED_MS = 15_000;
const below = (end: number) => Math.floor(Math.random() * end);

/** Changes that overlap in every way: begun early, holding their agents late, lingering before they commit or not. */
export async function writeAll({ db, placer }: Services, ids: readonly string[], walk: Walk): Promise<void> {
  const linger = () => delay(below(walk.lingerMs + 1));
  const change = () =>
    db.transaction(async (tx) => {
      // As every use case begins: so a transaction may be older than one that it waits for.
      await lockEpoch(tx, 'share');
      await linger();
      const wanted = ids.filter((_, index) => index === below(ids.length) || index === below(ids.length));
      const some = wanted.length > 0 ? wanted : [ids[below(ids.length)] ?? ''];
      const held = await tx
        .select()
        .from(agents)
        .where(inArray(agents.id, asIds(some)))
        .orderBy(agents.id)
        .for('update');
      await linger();
      const facts = [];
      for (const { id, trustState } of held) {
        const to = STATES.filter((state) => state !== trustState)[below(2)] ?? 'FAILED';
        await setTrust(tx, id, to, null);
        facts.push(trustChanged({ id, nodeId: null }, { from: knownState(trustState), to }));
      }
      await linger();
      await recordEvents(tx, facts, new Date());
      await linger();
      if (below(10) === 0) throw new Undone();
    });
  const work = async () => {
    for (let left = walk.changesEach; left > 0; left--) {
      await change().catch((error: unknown) => {
        if (!(error instanceof Undone)) throw error;
      });
      void placer.committed();
    }
  };
  await Promise.all(Array.from({ length: walk.writers }, work));
}

class Undone extends Error {}

/** What was committed about the agents, once all of it is told. */
export async function committed({ db, placer }: Services, ids: readonly string[]) {
  await placer.committed();
  return db
    .select()
    .from(events)
    .where(inArray(events.objectId, [...ids]))
    .orderBy(events.position);
}

export interface Followed {
  readonly events: readonly Json[];
  readonly kills: number;
}

/**
 * Follows the agents from the beginning, killed again and again at any moment and resumed behind what it has, at any of
 * the servers, until it has as many events as there will be, or nothing more comes.
 */
export async function followKilled(
  urls: readonly string[],
  token: string,
  agentIds: readonly string[],
  since: Date,
  expected: () => number | null,
): Promise<Followed> {
  const seen: Json[] = [];
  let kills = 0;
  /** How often in a row nothing came before the kill: on a busy machine the next must live longer. */
  let fruitless = 0;
  let progressed = Date.now();
  const isDone = () => {
    const end = expected();
    return end !== null && (seen.length >= end || Date.now() - progressed > STALLED_MS);
  };
  while (!isDone()) {
    const cursor = seen.at(-1)?.cursor;
    const start = cursor === undefined ? { since } : { after: cursor };
    const watcher = watch(urls[below(urls.length)] ?? '', token, TRUST, { ...start, filter: { agentIds } });
    if (below(5) > 0) await watcher.open();
    const [until, patience] = [1 + below(25), Date.now() + below(200 * (1 + fruitless))];
    await eventually(() => watcher.answers.length >= until || Date.now() > patience);
    watcher.kill();
    kills += 1;
    for (const answer of watcher.answers) if (answer.errors) throw new Error(JSON.stringify(answer.errors));
    fruitless = watcher.answers.length > 0 ? 0 : Math.min(fruitless + 1, 20);
    if (watcher.answers.length > 0) progressed = Date.now();
    seen.push(...watcher.events());
  }
  return { events: seen, kills };
}

/** The states that an agent's events tell, one after the other; null where one does not begin where the last ended. */
export function chainOf(followed: readonly Json[], agentId: string): (string | null)[] {
  let state = 'PENDING';
  return followed
    .filter(({ agent }) => agent.id === agentId)
    .map(({ from, to }) => {
      const isNext = from === state;
      state = to;
      return isNext ? to : null;
    });
}

export const stateOf = async ({ db }: Services, id: string) =>
  (
    await db
      .select()
      .from(agents)
      .where(eq(agents.id, asId(id)))
  )[0]?.trustState;
