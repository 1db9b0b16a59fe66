import type { Command } from 'commander';
import { AgentHistoryDocument, type AgentHistoryQuery } from '../../generated/documents.js';
import { listAll } from '../common/paging.js';
import { agentRef } from '../common/refs.js';
import { openSession, printList } from '../common/session.js';
import type { Table } from '../common/table.js';
import { verb, withLimit } from '../common/verb.js';
import { withColumns } from '../common/view.js';
import { AGENT_STATES } from './agent-states.js';

type Period = NonNullable<NonNullable<AgentHistoryQuery['item']>['items']>['nodes'][number];

const PERIOD: Table<Period> = {
  plural: 'changes of its state',
  columns: [
    ['State', 'state', AGENT_STATES],
    ['Since', 'since'],
    ['Until', 'until'],
    ['Cause', 'cause'],
    ['Why', 'result.explanation.summary'],
  ],
  wide: [['Result', 'result.id']],
  name: ({ state }) => state,
};

/** A page of results with their failures costs more than other pages. */
const PAGE_MAX = 20;

export function registerAgentHistory(noun: Command): void {
  const history = verb(
    noun,
    'history <name>',
    'list the states that an agent was in, the latest first',
    'bailiwick agent history web-1',
  );
  withColumns(withLimit(history), PERIOD).action(async (name: string, { limit }: { limit: number }, self: Command) => {
    const session = await openSession(self);
    const rows = await listAll(session, AgentHistoryDocument, { ref: agentRef(name) }, limit, PAGE_MAX);
    printList(session, rows, PERIOD);
  });
}
