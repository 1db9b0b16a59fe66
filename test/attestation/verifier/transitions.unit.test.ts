import { describe, expect, it } from 'vitest';
import {
  AGENT_EVENTS,
  AGENT_STATES,
  type AgentEvent,
  type AgentState,
  eventOf,
  nextState,
} from '../../../src/attestation/verifier/index.js';
import { attest, healthyMachine, pcrLayer } from './machine.js';

/** One row per state; columns in the order of AGENT_EVENTS; `-` where the event is not possible. */
const EXPECTED: Record<AgentState, string> = {
  //         ACTIVATE ACCEPT REJECT EXPIRE RESET UNBAN BAN RETIRE ADOPT REBIND
  CREATED: 'PENDING - - - - - BANNED RETIRED - CREATED',
  PENDING: '- TRUSTED FAILED - - - BANNED RETIRED PENDING PENDING',
  TRUSTED: '- TRUSTED FAILED STALE - - BANNED RETIRED PENDING PENDING',
  STALE: '- TRUSTED FAILED - - - BANNED RETIRED PENDING PENDING',
  FAILED: '- FAILED FAILED - PENDING - BANNED RETIRED - FAILED',
  BANNED: '- - - - - PENDING BANNED RETIRED - BANNED',
  RETIRED: '- - - - - - - - - -',
};

function expected(state: AgentState, event: AgentEvent): string | null {
  const cell = EXPECTED[state].split(' ')[AGENT_EVENTS.indexOf(event)] ?? '-';
  return cell === '-' ? null : cell;
}

describe('nextState', () => {
  for (const state of AGENT_STATES) {
    for (const event of AGENT_EVENTS) {
      it(`ok: ${state} on ${event} is ${expected(state, event) ?? 'not possible'}`, () => {
        expect(nextState(state, event, { recoversAutomatically: false })).toBe(expected(state, event));
        const recovers = state === 'FAILED' && event === 'ACCEPT' ? 'TRUSTED' : expected(state, event);
        expect(nextState(state, event, { recoversAutomatically: true })).toBe(recovers);
      });
    }
  }
});

describe('eventOf', () => {
  const machine = healthyMachine();

  it('ok: a verdict becomes an event, except a rejection for the protocol alone', () => {
    expect(eventOf(attest({ machine }))).toBe('ACCEPT');
    expect(eventOf(attest({ machine, policies: [pcrLayer(7, ['00'.repeat(32)])] }))).toBe('REJECT');
    expect(eventOf(attest({ machine, evidence: { imaLog: '' } }))).toBe('REJECT');
    expect(eventOf(attest({ machine, challenge: { isUsed: true } }))).toBeNull();
    const quote = { overrides: { safe: false } };
    expect(eventOf(attest({ machine, quote, evidence: { imaOffset: 9 } }))).toBeNull();
  });
});
