import { startChores } from './authority/chore-runner.js';
import {
  type DomainManifest,
  eventSweep,
  outboxChore,
  type Running,
  requestIdSweep,
  type Services,
} from './authority/index.js';

/** What a server does by itself. */
export interface Background {
  /** Starts the work of the domains. @throws CannotStart. */
  start(): void;
  /** Ends the chores, which run from the beginning, and waits for those that run. */
  stopChores(): Promise<void>;
  stop(): Promise<void>;
}

export function backgroundOf(services: Services, domains: readonly DomainManifest[]): Background {
  const sweeps = [requestIdSweep, eventSweep, ...domains.flatMap((domain) => domain.sweeps ?? [])];
  const chores = [outboxChore, ...domains.flatMap((domain) => domain.chores ?? [])];
  const started = startChores(services, { sweeps, chores });
  const running: Running[] = [];
  return {
    start: () => {
      for (const domain of domains) if (domain.start) running.push(domain.start(services));
    },
    stopChores: () => started.stop(),
    stop: async () => {
      for (const one of running) await one.stop();
    },
  };
}
