import { z } from 'zod';
import type { DeclaredSettings, SettingsOf } from '../authority/index.js';
import { duration, retention } from '../platform/setting-forms.js';

export const fleetSettings = {
  nodesMax: {
    variable: 'BAILIWICK_NODES_MAX',
    form: z.coerce.number().int().min(1).max(10_000_000).default(200_000),
    purpose: 'How many nodes there may be.',
  },
  joinTokenLifetimeMaxMs: {
    variable: 'BAILIWICK_JOIN_TOKEN_LIFETIME_MAX',
    form: duration
      .refine((ms) => ms >= 60_000 && ms <= 31_622_400_000, 'is not from PT1M to P366D')
      .default(2_592_000_000),
    purpose: 'How far from now a join token may expire at most (P30D).',
  },
  joinTokenRetentionMs: {
    variable: 'BAILIWICK_JOIN_TOKEN_RETENTION',
    form: retention.default(2_592_000_000),
    purpose:
      'How long the server keeps join tokens after they expired, so that people can look them up (P30D). The audit log keeps who made them and which machines joined.',
  },
  leaseIntervalMs: {
    variable: 'BAILIWICK_LEASE_INTERVAL',
    form: duration.refine((ms) => ms >= 1000 && ms <= 3_600_000, 'is not from PT1S to PT1H').default(60_000),
    purpose: 'How often the machine of a node renews its lease (PT1M). A node is Ready for three times as long.',
  },
  nodeConditionIntervalMs: {
    variable: 'BAILIWICK_NODE_CONDITION_INTERVAL',
    form: duration.refine((ms) => ms >= 1000 && ms <= 3_600_000, 'is not from PT1S to PT1H').default(3000),
    purpose:
      'How often the server stores which nodes are Ready, and sends events of their conditions (PT3S). Fields always tell the conditions of the moment, whatever you set here.',
  },
} as const satisfies DeclaredSettings;

type Declared = SettingsOf<typeof fleetSettings>;

declare module '../authority/settings.js' {
  interface DomainSettings extends Declared {}
}
