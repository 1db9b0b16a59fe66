import postgres from 'postgres';
import type { TestDatabase } from './engine.js';

export interface Statement {
  readonly text: string;
  readonly parameters?: readonly unknown[];
}

/** A session on a test's Postgres database that is not the server's, as an operator or a forgotten program would have. */
export interface OutsideSession {
  /** Runs a statement, and answers its rows. */
  // biome-ignore lint/suspicious/noExplicitAny: a test knows what it selects.
  ask(statement: string): Promise<any[]>;
  /** Runs something while a transaction is open that ran a statement; it ends after so long at the latest. */
  whileHeld<T>(statement: Statement, atMostMs: number, run: () => Promise<T>): Promise<T>;
  /** How many sessions wait for a lock. */
  waiting(): Promise<number>;
  end(): Promise<void>;
}

export async function outsideSession({ db }: Pick<TestDatabase, 'db'>): Promise<OutsideSession> {
  const [row] = (await db.execute('select current_database() as name')) as unknown as { name: string }[];
  const url = new URL(process.env.TEST_DATABASE_URL ?? '');
  url.pathname = `/${row?.name}`;
  const asking = postgres(url.href, { max: 1, onnotice: () => {} });
  const holding = postgres(url.href, { max: 1, onnotice: () => {} });
  const ask = async (statement: string) => [...(await asking.unsafe(statement))];
  return {
    ask,
    whileHeld: async ({ text, parameters = [] }, atMostMs, run) => {
      const { promise: isHeld, resolve: held } = later();
      const { promise: isDone, resolve: done } = later();
      const timer = setTimeout(done, atMostMs);
      const transaction = holding.begin(async (tx) => {
        await tx.unsafe(text, parameters as never[]);
        held();
        await isDone;
      });
      try {
        await Promise.race([isHeld, transaction]);
        return await run();
      } finally {
        clearTimeout(timer);
        done();
        await transaction;
      }
    },
    waiting: async () => {
      const [found] = await ask(`select count(*)::int as count from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`);
      return found?.count ?? 0;
    },
    end: async () => {
      await Promise.all([asking.end(), holding.end()]);
    },
  };
}

function later(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
