import { LRUCache } from 'lru-cache';
import type { Sql } from 'postgres';

/** Texts that are prepared, at most. Each takes memory in every connection's backend until the connection ends. */
const PREPARED_MAX = 500;
/** How often a text must come before it is. Filters make many texts that come once. */
const SIGHTINGS = 3;
const SIGHTED_MAX = 2_000;
/** Longer texts have lists of values in them, and seldom come again. */
const LENGTH_MAX = 8_000;

/**
 * A client that prepares the statements it sees often: that saves a round trip and the planning. Drizzle sends every
 * statement unprepared unless the code gives it a name.
 */
export function preparing(client: Sql): Sql {
  return over(client, admission());
}

function admission(): (text: string) => boolean {
  const sighted = new LRUCache<string, number>({ max: SIGHTED_MAX });
  const admitted = new Set<string>();
  return (text) => {
    if (admitted.has(text)) return true;
    if (admitted.size >= PREPARED_MAX || text.length > LENGTH_MAX) return false;
    const count = (sighted.get(text) ?? 0) + 1;
    sighted.set(text, count);
    if (count < SIGHTINGS) return false;
    admitted.add(text);
    return true;
  };
}

/** The client, or a transaction of it, with the one answer put to the two methods that Drizzle runs statements by. */
function over<Client extends Sql>(client: Client, isPrepared: (text: string) => boolean): Client {
  const methods: Record<PropertyKey, unknown> = {
    unsafe: (text: string, parameters: never[], options: object) =>
      client.unsafe(text, parameters, { ...options, prepare: isPrepared(text) }),
    begin: (...args: unknown[]) => {
      const run = args.pop() as (tx: Client) => unknown;
      return (client.begin as (...args: unknown[]) => unknown)(...args, (tx: Client) => run(over(tx, isPrepared)));
    },
  };
  return new Proxy(client, { get: (target, key) => methods[key] ?? Reflect.get(target, key) });
}
