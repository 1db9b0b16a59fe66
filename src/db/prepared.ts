import { LRUCache } from 'lru-cache';
import type { Sql } from 'postgres';
import { causeOf } from './errors.js';
import { isFixed } from './fixed-texts.js';
import type { Gate, Share } from './gate.js';
import { over } from './over.js';
import { requireStorable } from './storable.js';

/**
 * How many texts are prepared, besides those that the code has once and for all: callers can make many forms of their
 * questions. Each takes memory in every connection's backend until the connection ends.
 */
const PREPARED_MAX = 500;
/** How often a text must come before it is prepared. Filters make many texts that come once. */
const SIGHTINGS = 3;
const SIGHTED_MAX = 2_000;
/** Longer texts contain lists of values, and seldom come again. */
const LENGTH_MAX = 8_000;

/** How a statement is sent: prepared before on its connection or prepared now, or to be planned anew each time. */
export const WAYS = ['prepared', 'planned'] as const;
export type Way = (typeof WAYS)[number];

/** Which share of the connections a handle's single statements and its transactions take. */
export interface Use {
  readonly statements: Share;
  readonly transactions: Share;
}

/**
 * Handles of a client that prepare the statements which they see often: that saves a round trip and the planning.
 * Drizzle sends a statement unprepared unless the code names it. Statements and transactions pass the gate; a statement
 * in a transaction already has its connection.
 *
 * @param failed Called with each error.
 */
export function handlesOf(
  client: Sql,
  gate: Gate,
  failed: (error: unknown) => void,
): { readonly handleOf: (use: Use) => Sql; readonly sent: (way: Way) => number } {
  const isPrepared = admission();
  const sent: Record<Way, number> = { prepared: 0, planned: 0 };
  const preparingOn = (on: Sql) => (text: string, parameters: never[], options: object) => {
    requireStorable(parameters);
    const prepare = isPrepared(text);
    sent[prepare ? 'prepared' : 'planned'] += 1;
    // Without parameters, the driver would send the text by the simple protocol, which prepares nothing.
    return on.unsafe(text, parameters, { ...options, prepare, ...(prepare && { simple: false }) });
  };
  const onAny = preparingOn(client);
  const watch = <T>(run: () => PromiseLike<T>) => watched(run, failed);
  const handleOf = ({ statements, transactions }: Use) =>
    over(client, {
      unsafe: (text: string, parameters: never[], options: object) =>
        later((form) => watch(() => gate.pass(statements, () => form(onAny(text, parameters, options))))),
      begin: (...args: unknown[]) => {
        const run = args.pop() as Run;
        const inTransaction: Run = (tx) => run(over(tx, { unsafe: preparingOn(tx) }));
        return watch(() => gate.pass(transactions, () => transact(client, args, inTransaction)));
      },
    });
  return { handleOf, sent: (way) => sent[way] };
}

function admission(): (text: string) => boolean {
  const sighted = new LRUCache<string, number>({ max: SIGHTED_MAX });
  const admitted = new Set<string>();
  return (text) => {
    if (admitted.has(text) || isFixed(text)) return true;
    if (admitted.size >= PREPARED_MAX || text.length > LENGTH_MAX) return false;
    const count = (sighted.get(text) ?? 0) + 1;
    sighted.set(text, count);
    if (count < SIGHTINGS) return false;
    admitted.add(text);
    return true;
  };
}

type Run = (tx: Sql) => PromiseLike<unknown>;

/**
 * Runs a transaction. A connection that began while the database's settings were read-only stays read-only when they
 * change: so it ends here, and the next one begins with the current settings.
 */
async function transact(client: Sql, options: readonly unknown[], run: Run): Promise<unknown> {
  const begin = client.begin as unknown as (...args: unknown[]) => Promise<unknown>;
  let readOnly: unknown;
  const running = begin(...options, async (tx: Sql) => {
    try {
      return await run(tx);
    } catch (error) {
      if (causeOf(error) === 'read-only') {
        readOnly = error;
        await tx.unsafe('rollback; select pg_terminate_backend(pg_backend_pid())').catch(() => {});
      }
      throw error;
    }
  });
  return running.catch((error: unknown) => {
    throw readOnly ?? error;
  });
}

type Rows = ReturnType<Sql['unsafe']>;

/** Drizzle awaits the result of `unsafe`, or gets rows without names from it; nothing is sent before. */
function later(start: (form: (rows: Rows) => PromiseLike<unknown>) => Promise<unknown>) {
  return {
    // biome-ignore lint/suspicious/noThenProperty: the driver's own result is thenable too, and sends when awaited.
    then: (...settled: Parameters<Promise<unknown>['then']>) => start((rows) => rows).then(...settled),
    values: () => start((rows) => rows.values()),
  };
}

async function watched<T>(run: () => PromiseLike<T>, failed: (error: unknown) => void): Promise<T> {
  try {
    return await run();
  } catch (error) {
    failed(error);
    throw error;
  }
}
