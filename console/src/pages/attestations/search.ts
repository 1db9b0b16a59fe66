import { defineSearch } from '../../kit/search.js';
import { AGENT_STATES } from '../agents/search.js';

/** The last results of agents. */
export const resultSearch = defineSearch({ nameStartsWith: 'text', states: AGENT_STATES }, ['CREATED_AT', 'NAME']);

/** All results of one agent: the API neither filters nor orders them. */
export const agentResultSearch = defineSearch({}, []);
