import type { Command } from 'commander';
import {
  type AgentState,
  AgentsNowDocument,
  CandidateNowDocument,
  DenialsNowDocument,
  type NodeReadiness,
  NodesNowDocument,
} from '../../generated/documents.js';
import { type Document, request } from '../common/client.js';
import { ApiError } from '../common/errors.js';
import { note, openSession, printList, type Session } from '../common/session.js';
import type { Table } from '../common/table.js';
import { withExample } from '../common/verb.js';
import { withColumns } from '../common/view.js';

/** Something that needs somebody: how many there are, and the command that lists them. */
type Item = {
  readonly what: string;
  readonly count: number;
  /** False when there are more. */
  readonly isComplete: boolean;
  readonly see: string;
};

interface Counted {
  readonly count: number;
  readonly isComplete: boolean;
}

const NOW: Table<Item> = {
  plural: 'results',
  columns: [
    ['What', 'what'],
    ['Count', ({ count, isComplete }) => (isComplete ? String(count) : `${count} or more`)],
    ['See', 'see'],
  ],
  name: ({ what }) => what,
};

const DAY_MS = 86_400_000;
const HOURS = 24;

export function registerNow(command: Command): void {
  withColumns(withExample(command, 'bailiwick now'), NOW).action(async (_options: object, self: Command) => {
    const session = await openSession(self);
    const since = new Date(Date.now() - DAY_MS).toISOString();
    const items = [
      ...(await agentItems(session, since)),
      ...(await nodeItems(session)),
      ...(await denialItems(session, since)),
      ...(await candidateItems(session)),
    ].filter(({ count }) => count > 0);
    if (items.length === 0) return note(session, 'Nothing needs you.');
    printList(session, items, NOW);
  });
}

/** What the caller may read; null for what is denied to it, which needs somebody else. */
async function seen<Data, Variables>(
  session: Session,
  document: Document<Data, Variables>,
  variables: NoInfer<Variables>,
) {
  try {
    return await request(session.connection, document, variables);
  } catch (error) {
    if (error instanceof ApiError && error.code === 'FORBIDDEN') return null;
    throw error;
  }
}

/** In the order in which they matter, with words that differ: never heard is not silent. */
const AGENTS: readonly (readonly [AgentState, string])[] = [
  ['FAILED', 'agents failed'],
  ['STALE', 'agents fell silent'],
  ['PENDING', 'agents never proved themselves'],
  ['CREATED', 'agents wait for their machines'],
];

async function agentItems(session: Session, since: string): Promise<Item[]> {
  const found = await seen(session, AgentsNowDocument, { since });
  const { item, added } = found ?? {};
  if (!item) return [];
  const byState = new Map(item.byState.map((one) => [one.state, one]));
  const inState = AGENTS.map(([state, what]) =>
    itemOf(what, byState.get(state), `bailiwick agent list --state ${state}`),
  );
  const late = itemOf('agents soon lose their trust', item.runningOut, 'bailiwick agent list --state TRUSTED');
  const [failed, silent, ...others] = inState;
  const count = added?.totalCount;
  const created = itemOf(
    'agents are new since yesterday',
    { count: count ?? 0, isComplete: true },
    'bailiwick agent list --created-since 1d',
  );
  return [failed, silent, late, ...others, created].filter((one) => one !== undefined);
}

const NODES: readonly (readonly [NodeReadiness, string])[] = [
  ['LOST', 'nodes fell silent'],
  ['NEVER_READY', 'nodes were never heard'],
];

async function nodeItems(session: Session): Promise<Item[]> {
  const item = (await seen(session, NodesNowDocument, {}))?.item;
  return NODES.map(([readiness, what]) => {
    const counted = item?.byReadiness?.find((one) => one.readiness === readiness);
    return itemOf(what, counted, `bailiwick node list --readiness ${readiness}`);
  });
}

/** Denials of the last hour, when they are more than in each hour of the day before on average. */
async function denialItems(session: Session, since: string): Promise<Item[]> {
  const item = (await seen(session, DenialsNowDocument, { since }))?.item;
  const counts = (item?.buckets ?? []).map(({ count }) => count);
  const last = counts.at(-1) ?? 0;
  const before = counts.slice(0, -1).reduce((sum, count) => sum + count, 0) / (HOURS - 1);
  if (last <= before) return [];
  const counted = { count: last, isComplete: item?.isComplete ?? true };
  return [itemOf('denials in the last hour, more than before', counted, 'bailiwick audit list --outcome DENIED')];
}

async function candidateItems(session: Session): Promise<Item[]> {
  const item = (await seen(session, CandidateNowDocument, {}))?.item;
  const counted = { count: item ? 1 : 0, isComplete: true };
  return [itemOf('policy candidates wait', counted, 'bailiwick policy candidate')];
}

const itemOf = (what: string, counted: Counted | undefined, see: string): Item => ({
  what,
  ...(counted ?? { count: 0, isComplete: true }),
  see,
});
