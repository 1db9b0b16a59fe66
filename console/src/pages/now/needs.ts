import type { NowQuery } from '../../generated/documents.js';

type Tone = 'bad' | 'warn' | 'waiting' | 'quiet';

/** Something that needs somebody. */
export interface Need {
  readonly key: string;
  /** What is wrong, in a word or two. */
  readonly state: string;
  readonly tone: Tone;
  /** What it is, of the count. */
  readonly words: string;
  readonly count: number;
  /** False when there are more than were counted. */
  readonly isComplete: boolean;
  /** The list that shows them. */
  readonly path: readonly string[];
  readonly search: Readonly<Record<string, string | readonly string[]>>;
}

interface Counted {
  readonly count: number;
  readonly isComplete: boolean;
}
/** The words for one, and for several. */
type Counting = readonly [one: string, several: string];
type Words = Omit<Need, keyof Counted | 'words'> & { readonly words: Counting };

type AgentState = NonNullable<NowQuery['agentCounts']>['byState'][number]['state'];
type Readiness = NonNullable<NonNullable<NowQuery['nodeCounts']>['byReadiness']>[number]['readiness'];

const agents = (state: AgentState, word: string, tone: Tone, words: Counting): Words => ({
  key: `agents-${state}`,
  state: word,
  tone,
  words,
  path: ['agents'],
  search: { states: [state] },
});
const nodes = (readiness: Readiness, word: string, tone: Tone, words: Counting): Words => ({
  key: `nodes-${readiness}`,
  state: word,
  tone,
  words,
  path: ['nodes'],
  search: { readiness: [readiness] },
});

const FAILED = agents('FAILED', 'Failed', 'bad', [
  'agent: its machine is not what its allowlist expects',
  'agents: their machines are not what their allowlists expect',
]);
const STALE = agents('STALE', 'Fell silent', 'warn', [
  'agent is not heard any more: no new evidence came in time, its trust ran out',
  'agents are not heard any more: no new evidence came in time, their trust ran out',
]);
const PENDING = agents('PENDING', 'Not proved', 'waiting', [
  'agent enrolled or was reset, and no evidence was accepted since',
  'agents enrolled or were reset, and no evidence was accepted since',
]);
const CREATED = agents('CREATED', 'Never heard', 'waiting', [
  'agent waits for its machine to enroll',
  'agents wait for their machines to enroll',
]);
const LOST = nodes('LOST', 'Fell silent', 'warn', [
  'node is not heard any more: its machine stopped renewing its lease',
  'nodes are not heard any more: their machines stopped renewing their leases',
]);
const NEVER_READY = nodes('NEVER_READY', 'Never heard', 'waiting', [
  'node waits for its machine',
  'nodes wait for their machines',
]);
const RUNNING_OUT: Words = {
  ...agents('TRUSTED', 'Trust running out', 'warn', [
    'agent, among the trusted ones: an expected attestation is late',
    'agents, among the trusted ones: an expected attestation is late',
  ]),
  key: 'agents-running-out',
};
const DENIALS: Words = {
  key: 'denials',
  state: 'Denials rose',
  tone: 'warn',
  words: [
    'request was denied in the last hour, more than in an hour of the day before',
    'requests were denied in the last hour, more than in an hour of the day before',
  ],
  path: ['audit'],
  search: { outcomes: ['DENIED'] },
};
const CANDIDATE: Words = {
  key: 'candidate',
  state: 'Candidate waits',
  tone: 'waiting',
  words: [
    'decision would have come out otherwise with the policy candidate that waits',
    'decisions would have come out otherwise with the policy candidate that waits',
  ],
  path: ['policies', 'candidate'],
  search: {},
};

/** What needs somebody, the loudest first; what was not asked for, or could not be told, is left out. */
export function needsOf(found: NowQuery, since: string): readonly Need[] {
  const state = (name: AgentState) => found.agentCounts?.byState.find((one) => one.state === name);
  const readiness = (name: Readiness) => found.nodeCounts?.byReadiness?.find((one) => one.readiness === name);
  const created: Words = {
    ...agents('CREATED', 'New', 'quiet', ['agent was created since yesterday', 'agents were created since yesterday']),
    key: 'agents-new',
    search: { createdSince: since },
  };
  const needs: readonly (Need | null)[] = [
    need(FAILED, state('FAILED')),
    need(STALE, state('STALE')),
    need(LOST, readiness('LOST')),
    need(RUNNING_OUT, found.agentCounts?.runningOut),
    need(DENIALS, denialsThatRose(found.auditCounts)),
    candidateNeed(found.policyCandidate),
    need(PENDING, state('PENDING')),
    need(NEVER_READY, readiness('NEVER_READY')),
    need(CREATED, state('CREATED')),
    need(created, totalOf(found.newAgents)),
  ];
  return needs.filter((one) => one !== null);
}

function need(words: Words, counted: Counted | null | undefined): Need | null {
  if (!counted || counted.count === 0) return null;
  return needOf(words, counted);
}

const needOf = (words: Words, { count, isComplete }: Counted): Need => ({
  ...words,
  words: words.words[count === 1 && isComplete ? 0 : 1],
  count,
  isComplete,
});

const TOTAL_MAX = 10_000;

/** A list of more than it counts has no total. */
function totalOf(list: NowQuery['newAgents']): Counted | null {
  if (!list) return null;
  return { count: list.totalCount ?? TOTAL_MAX, isComplete: list.totalCount !== null };
}

/** The denials of the last hour, when they are more than in each hour before on average. */
export function denialsThatRose(counts: NowQuery['auditCounts']): Counted | null {
  const hours = (counts?.buckets ?? []).map(({ count }) => count);
  const last = hours.at(-1) ?? 0;
  const before = hours.slice(0, -1).reduce((sum, count) => sum + count, 0) / Math.max(hours.length - 1, 1);
  return last > before ? { count: last, isComplete: counts?.isComplete ?? true } : null;
}

/** A candidate waits also when it would have changed nothing so far. */
function candidateNeed(candidate: NowQuery['policyCandidate']): Need | null {
  if (!candidate) return null;
  const count = candidate.changes.reduce((sum, one) => sum + Number(one.count), 0);
  return needOf(CANDIDATE, { count, isComplete: true });
}

const HOUR_MS = 3_600_000;
const HOURS = 24;

/** Since when new things and denials count: a day, in whole hours, so that the same is asked for an hour long. */
export const sinceOf = (now: number): string =>
  new Date(Math.floor(now / HOUR_MS) * HOUR_MS - HOURS * HOUR_MS).toISOString();
