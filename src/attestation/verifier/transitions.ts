import type { Severity } from './failures.js';
import type { VerificationResult } from './types.js';

export const AGENT_STATES = ['CREATED', 'PENDING', 'TRUSTED', 'STALE', 'FAILED', 'BANNED', 'RETIRED'] as const;
export type AgentState = (typeof AGENT_STATES)[number];

/** `ACCEPT` and `REJECT` mean verified evidence, `EXPIRE` that `trustedUntil` passed; the others are operations. */
export const AGENT_EVENTS = ['ACTIVATE', 'ACCEPT', 'REJECT', 'EXPIRE', 'RESET', 'UNBAN', 'BAN', 'RETIRE'] as const;
export type AgentEvent = (typeof AGENT_EVENTS)[number];

export interface TransitionOptions {
  /** Whether accepted evidence alone recovers a FAILED agent. */
  readonly recoversAutomatically: boolean;
}

const BY_OPERATOR = { BAN: 'BANNED', RETIRE: 'RETIRED' } as const;

/** An event that is not in the table is not possible in that state. */
const TRANSITIONS: Readonly<Record<AgentState, Readonly<Partial<Record<AgentEvent, AgentState>>>>> = {
  CREATED: { ...BY_OPERATOR, ACTIVATE: 'PENDING' },
  PENDING: { ...BY_OPERATOR, ACCEPT: 'TRUSTED', REJECT: 'FAILED' },
  TRUSTED: { ...BY_OPERATOR, ACCEPT: 'TRUSTED', REJECT: 'FAILED', EXPIRE: 'STALE' },
  STALE: { ...BY_OPERATOR, ACCEPT: 'TRUSTED', REJECT: 'FAILED' },
  FAILED: { ...BY_OPERATOR, ACCEPT: 'FAILED', REJECT: 'FAILED', RESET: 'PENDING' },
  BANNED: { ...BY_OPERATOR, UNBAN: 'PENDING' },
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
