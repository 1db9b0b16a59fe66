import type { TestServer } from './server.js';

const OF_EVENTS = /event_outbox|"events"|pg_notify/;

/**
 * The statements that requests make of a test server's database. The server's own work with events comes whenever it
 * comes, so it is left out.
 */
export function requestStatements() {
  const seen: string[] = [];
  return {
    listener: { logQuery: (text: string) => void seen.push(text) },
    /** Begins anew, once the events of earlier transactions have their positions: that takes statements too. */
    async restart(server: TestServer): Promise<void> {
      await server.services.placer.committed();
      seen.length = 0;
    },
    all: (): readonly string[] => seen.filter((text) => !OF_EVENTS.test(text)),
  };
}
