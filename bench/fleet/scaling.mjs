// What a fleet needs, counted from what a cycle cost in this run: an estimate, not a measurement.

const INTERVAL_S = 120;
const FLEETS = [10_000, 100_000, 1_000_000];
/** How busy a processor may be on average, so that bursts and restarts have room. */
const BUSY = 0.6;
/** What a server opens by default: for requests, for events, and for /readyz. */
const CONNECTIONS = 13;
const DAY_S = 86_400;
/** How many results of an agent stay: see docs/retention.md. */
const RESULTS = 1_000;

/**
 * @param cycle Costs of one cycle: ms of the server’s and of Postgres’ CPU time, bytes of WAL, and bytes kept.
 */
export function scalingTable({ serverMs, postgresMs, walBytes, keptBytes }) {
  const rows = FLEETS.map((machines) => {
    const perSecond = machines / INTERVAL_S;
    const servers = Math.ceil((perSecond * serverMs) / 1000 / BUSY);
    const cores = Math.ceil((perSecond * postgresMs) / 1000 / BUSY);
    const cells = [
      machines.toLocaleString('en'),
      Math.round(perSecond).toLocaleString('en'),
      servers,
      servers * CONNECTIONS,
      cores,
      gigabytes(perSecond * walBytes * DAY_S),
      gigabytes(perSecond * keptBytes * DAY_S),
      gigabytes(machines * RESULTS * keptBytes),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    '| Machines | Cycles a second | Servers | Connections to Postgres | Cores for Postgres | GB of WAL a day | GB written to tables a day | GB that stay |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

const gigabytes = (bytes) => Number((bytes / 1e9).toPrecision(2)).toLocaleString('en');
