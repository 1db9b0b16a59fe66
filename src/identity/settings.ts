import { z } from 'zod';
import type { DeclaredSettings, SettingsOf } from '../authority/index.js';
import { duration, retention } from '../platform/setting-forms.js';

export const identitySettings = {
  tokenRetentionMs: {
    variable: 'BAILIWICK_TOKEN_RETENTION',
    form: retention.default(86_400_000),
    purpose: 'How long the server keeps tokens after they expired (P1D). The audit log keeps their ids.',
  },
  endedRetentionMs: {
    variable: 'BAILIWICK_ENDED_RETENTION',
    form: retention.default(2_592_000_000),
    purpose:
      'How long the server keeps role assignments and API credentials after they expired, so that people can look them up (P30D).',
  },
  passwordCost: {
    variable: 'BAILIWICK_PASSWORD_COST',
    form: z.coerce.number().int().min(15).max(20).default(17),
    purpose:
      'Cost of new password hashes: N of scrypt (RFC 7914) as a power of two. 17 takes 128 MiB and about 0.3 s; each step doubles both. Older hashes stay valid.',
  },
  passwordWaitMaxMs: {
    variable: 'BAILIWICK_PASSWORD_WAIT_MAX',
    form: duration.refine((ms) => ms >= 1000 && ms <= 60_000, 'is not from PT1S to PT1M').default(5000),
    purpose:
      'How long a password may wait to be hashed (PT5S); after that its request gets RATE_LIMITED. The server hashes two at a time. Log-ins from an address where the user logged in before come first.',
  },
} as const satisfies DeclaredSettings;

type Declared = SettingsOf<typeof identitySettings>;

declare module '../authority/settings.js' {
  interface DomainSettings extends Declared {}
}
