import { clockFault, type Settings } from './authority/index.js';
import type { Database } from './db/open.js';
import { type Clock, describeSkew, isSkewed } from './platform/clock.js';
import type { Probe } from './server/pages/readiness.js';

interface Probed {
  readonly database: Pick<Database, 'health'>;
  readonly clock: Clock;
  readonly settings: Settings;
}

/** What `/readyz` looks at. */
export function probesOf({ database, clock, settings }: Probed): Probe[] {
  const skewMs = () => clock.skewMs?.() ?? 0;
  return [
    { name: 'database', isNeeded: true, look: () => database.health() },
    { name: 'clock', isNeeded: true, look: async () => clockFault({ clock, settings })?.message ?? null },
    { name: 'clock', isNeeded: false, look: async () => (isSkewed(skewMs()) ? describeSkew(skewMs()) : null) },
  ];
}
