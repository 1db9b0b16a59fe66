import { defineSearch } from '../../kit/search.js';

/** The states of agents, the loudest first. */
export const AGENT_STATES = ['FAILED', 'STALE', 'BANNED', 'PENDING', 'CREATED', 'TRUSTED', 'RETIRED'] as const;

export const agentSearch = defineSearch({ nameStartsWith: 'text', states: AGENT_STATES }, ['CREATED_AT', 'NAME']);
