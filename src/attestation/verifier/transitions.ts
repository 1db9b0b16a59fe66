import type { Severity } from './failures.js';
import type { VerificationResult } from './types.js';

export const AGENT_STATES = ['CREATED', 'PENDING', 'TRUSTED', 'STALE', 'FAILED', 'BANNED', 'RETIRED'] as const;
export type AgentState = (typeof AGENT_STATES)[number];

/**
 * `ACCEPT` and `REJECT` mean verified evidence, `EXPIRE` that `trustedUntil` passed; the others are operations. `ADOPT`:
 * an agent becomes a node's; `REBIND`: a node's agent is judged by another list.
 */
export const AGENT_EVENTS = [
  'ACTIVATE',
  'ACCEPT',
  'REJECT',
  'EXPIRE',
  'RESET',
  'UNBAN',
  'BAN',
  'RETIRE',
  'ADOPT',
  'REBIND',
] as const;
export type AgentEvent = (typeof AGENT_EVENTS)[number];

export interface TransitionOptions {
  /** Whether accepted evidence alone recovers a FAILED agent. */
  readonly recoversAutomatically: boolean;
}

const BY_OPERATOR = { BAN: 'BANNED', RETIRE: 'RETIRED' } as const;
/** What was proved does not count for what it is judged by from now on. */
const ANEW = { ADOPT: 'PENDING', REBIND: 'PENDING' } as const;

/** An event that is not in the table is not possible in that state. */
const TRANSITIONS: Readonly<Record<AgentState, Readonly<Partial<Record<AgentEvent, AgentState>>>>> = {
  CREATED: { ...BY_OPERATOR, ACTIVATE: 'PENDING', REBIND: 'CREATED' },
  PENDING: { ...BY_OPERATOR, ...ANEW, ACCEPT: 'TRUSTED', REJECT: 'FAILED' },
  TRUSTED: { ...BY_OPERATOR, ...ANEW, ACCEPT: 'TRUSTED', REJECT: 'FAILED', EXPIRE: 'STALE' },
  STALE: { ...BY_OPERATOR, ...ANEW, ACCEPT: 'TRUSTED', REJECT: 'FAILED' },
  // Neither takes the place of a reset.
  FAILED: { ...BY_OPERATOR, ACCEPT: 'FAILED', REJECT: 'FAILED', RESET: 'PENDING', REBIND: 'FAILED' },
  BANNED: { ...BY_OPERATOR, UNBAN: 'PENDING', REBIND: 'BANNED' },
  RETIRED: {},
};

/** The state after an event, possibly the same; null when the event is not possible in that state. */
export function nextState(state: AgentState, event: AgentEvent, options: TransitionOptions): AgentState | null {
  if (state === 'FAILED' && event === 'ACCEPT' && options.recoversAutomatically) return 'TRUSTED';
  return TRANSITIONS[state][event] ?? null;
}

/** The event that a result causes; null for only PROTOCOL failures, which show nothing about the machine. */
export function eventOf({ verdict, failures }: VerificationResult): 'ACCEPT' | 'REJECT' | null {
  if (verdict === 'ACCEPTED') return 'ACCEPT';
  return failures.some(({ class: kind, severity }) => kind !== 'PROTOCOL' && severity !== 'warning') ? 'REJECT' : null;
}

/** The worst severity among a rejection's failures. */
export function worstOf({ failures }: VerificationResult): Severity {
  const severities: readonly Severity[] = ['fatal', 'error', 'warning'];
  return severities.find((severity) => failures.some((failure) => failure.severity === severity)) ?? 'error';
}
