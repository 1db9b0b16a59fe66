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
} as const satisfies DeclaredSettings;

type Declared = SettingsOf<typeof fleetSettings>;

declare module '../authority/settings.js' {
  interface DomainSettings extends Declared {}
}
