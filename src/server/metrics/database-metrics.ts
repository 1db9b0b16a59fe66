import { Counter, Gauge, type Registry } from 'prom-client';
import { CAUSE_NAMES, type Database, SHARES, WAYS } from '../../db/open.js';
import { lookAt } from '../pages/readiness.js';

export type WatchedDatabase = Pick<Database, 'health' | 'use' | 'failures' | 'sent'>;

/** Measures at each scrape how fast the database answers, and how its connections are used. */
export function watchDatabase(registry: Registry, { health, use, failures, sent }: WatchedDatabase): void {
  const registers = [registry];
  const ping: Gauge = new Gauge({
    name: 'bailiwick_database_ping_seconds',
    help: 'How long the database takes to say that it takes reads and writes; NaN while it does not.',
    registers,
    collect: async () => ping.set(await pingSeconds(health)),
  });
  gauges(registry, 'bailiwick_database_connections', 'Connections in use', (share) => use(share).inUse);
  gauges(
    registry,
    'bailiwick_database_connections_waiting',
    'What waits for a connection',
    (share) => use(share).waiting,
  );
  const refused = {
    name: 'bailiwick_database_connections_refused_total',
    help: 'What waited for a connection in vain',
  };
  counts(registry, { ...refused, label: 'share' }, SHARES, (share) => use(share).refused);
  const failed = { name: 'bailiwick_database_failures_total', help: 'What the database could not serve' };
  counts(registry, { ...failed, label: 'cause' }, CAUSE_NAMES, failures);
  const statements = {
    name: 'bailiwick_database_statements_total',
    help: 'Statements to Postgres, by whether their text is prepared on its connections or planned each time',
  };
  counts(registry, { ...statements, label: 'way' }, WAYS, sent);
}

function gauges(
  registry: Registry,
  name: string,
  help: string,
  read: (share: (typeof SHARES)[number]) => number,
): void {
  const collect = () => {
    for (const share of SHARES) gauge.set({ share }, read(share));
  };
  const gauge: Gauge = new Gauge({ name, help: `${help}.`, labelNames: ['share'], registers: [registry], collect });
}

/** Counts that others keep, for each value of a label. */
function counts<T extends string>(
  registry: Registry,
  { name, help, label }: { readonly name: string; readonly help: string; readonly label: string },
  values: readonly T[],
  read: (value: T) => number,
): void {
  const collect = () => {
    counter.reset();
    for (const value of values) counter.inc({ [label]: value }, read(value));
  };
  const counter: Counter = new Counter({ name, help: `${help}.`, labelNames: [label], registers: [registry], collect });
}

async function pingSeconds(look: () => Promise<string | null>): Promise<number> {
  const started = performance.now();
  const wrong = await lookAt({ name: 'database', isNeeded: true, look });
  return wrong === null ? (performance.now() - started) / 1000 : Number.NaN;
}
