import { defineSearch } from '../../kit/search.js';

/** The states of agents, the loudest first. */
export const AGENT_STATES = ['FAILED', 'STALE', 'BANNED', 'PENDING', 'CREATED', 'TRUSTED', 'RETIRED'] as const;

export const agentSearch = defineSearch({ nameStartsWith: 'text', createdSince: 'time', states: AGENT_STATES }, [
  'CREATED_AT',
  'NAME',
]);

/** How much of the time the picture of an agent's trust shows, in milliseconds. */
export const WINDOWS = { HOUR: 3_600_000, DAY: 86_400_000, WEEK: 604_800_000, MONTH: 2_592_000_000 } as const;

/** The shortest of them that shows all since a time; the longest when none does. */
export function windowSince(since: string | undefined, now: number): keyof typeof WINDOWS {
  const age = now - Date.parse(since ?? '');
  const names = Object.keys(WINDOWS) as (keyof typeof WINDOWS)[];
  return names.find((name) => age <= WINDOWS[name]) ?? 'MONTH';
}

/** The part of an agent's page that stands in the address. */
export const agentViewSearch = defineSearch({ window: ['HOUR', 'DAY', 'WEEK', 'MONTH'] }, []);
