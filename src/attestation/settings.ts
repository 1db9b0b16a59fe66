import { z } from 'zod';
import type { DeclaredSettings, SettingsOf } from '../authority/index.js';
import { duration, flag, retention } from '../platform/setting-forms.js';

export const attestationSettings = {
  agentTokenLifetimeMs: {
    variable: 'BAILIWICK_AGENT_TOKEN_LIFETIME',
    form: duration.default(3_600_000),
    purpose: 'How long an agent’s token is valid (PT1H).',
  },
  enrollmentTokenLifetimeMs: {
    variable: 'BAILIWICK_ENROLLMENT_TOKEN_LIFETIME',
    form: duration.default(86_400_000),
    purpose: 'How long an enrollment token is valid (P1D).',
  },
  attestationIntervalMs: {
    variable: 'BAILIWICK_ATTESTATION_INTERVAL',
    form: duration.default(120_000),
    purpose: 'How often an agent attests (PT2M).',
  },
  attestationGrace: {
    variable: 'BAILIWICK_ATTESTATION_GRACE',
    form: z.coerce.number().min(1).max(1000).default(3),
    purpose: 'For how many intervals an agent stays trusted after an accepted attestation.',
  },
  challengeLifetimeMs: {
    variable: 'BAILIWICK_ATTESTATION_CHALLENGE_LIFETIME',
    form: duration.default(120_000),
    purpose: 'How long an attestation or log-in challenge is valid (PT2M).',
  },
  recoversAutomatically: {
    variable: 'BAILIWICK_ATTESTATION_RECOVERS_AUTOMATICALLY',
    form: flag.default(false),
    purpose: 'Whether accepted evidence makes a FAILED agent TRUSTED again, without an operator.',
  },
  challengeRetentionMs: {
    variable: 'BAILIWICK_ATTESTATION_CHALLENGE_RETENTION',
    form: duration.default(86_400_000),
    purpose:
      'How long challenges that a server of the release before made stay in the database after they expired (P1D). Servers of this release keep none; the setting goes with the next one.',
  },
  trustExpiryIntervalMs: {
    variable: 'BAILIWICK_TRUST_EXPIRY_INTERVAL',
    form: duration.refine((ms) => ms >= 1000 && ms <= 3_600_000, 'is not from PT1S to PT1H').default(5000),
    purpose:
      'How often the server stores that trust has expired, and sends events (PT5S). Trust always ends at its exact time, whatever you set here.',
  },
  trustTransitionRetentionMs: {
    variable: 'BAILIWICK_TRUST_TRANSITION_RETENTION',
    form: retention.default(15_552_000_000),
    purpose: 'How long the server keeps the history of agents’ states, with the cause of each change (P180D).',
  },
  resultRetentionMs: {
    variable: 'BAILIWICK_RESULT_RETENTION',
    form: retention.default(604_800_000),
    purpose:
      'How long the server keeps attestation results (P7D), at most BAILIWICK_RESULTS_PER_AGENT of each agent. The newest accepted one, the newest rejected one, and those that changed the state stay.',
  },
  resultsPerAgent: {
    variable: 'BAILIWICK_RESULTS_PER_AGENT',
    form: z.coerce.number().int().min(1).max(100_000).default(1000),
    purpose:
      'How many attestation results of each agent the server keeps: the newest. 1,000 are 33 hours at an interval of two minutes.',
  },
  retiredAgentRetentionMs: {
    variable: 'BAILIWICK_RETIRED_AGENT_RETENTION',
    form: retention.default(7_776_000_000),
    purpose:
      'How long the server keeps an agent after it was retired, with its record and its results (P90D). The audit log keeps its id and name.',
  },
} as const satisfies DeclaredSettings;

type Declared = SettingsOf<typeof attestationSettings>;

declare module '../authority/settings.js' {
  interface DomainSettings extends Declared {}
}
