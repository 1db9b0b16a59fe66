import { z } from 'zod';
import type { DeclaredSettings, SettingsOf } from '../authority/index.js';
import { duration, retention } from '../platform/setting-forms.js';

export const identitySettings = {
  tokenRetentionMs: {
    variable: 'BAILIWICK_TOKEN_RETENTION',
    form: retention.default(86_400_000),
    purpose: 'How long tokens are kept after they expired (P1D). The audit log goes on telling their ids.',
  },
  endedRetentionMs: {
    variable: 'BAILIWICK_ENDED_RETENTION',
    form: retention.default(2_592_000_000),
    purpose:
      'How long role assignments and API credentials are kept after they expired, for those who look at what ended (P30D).',
  },
  passwordCost: {
    variable: 'BAILIWICK_PASSWORD_COST',
    form: z.coerce.number().int().min(15).max(20).default(17),
    purpose:
      'Cost of new password hashes: N of scrypt (RFC 7914) as a power of two. 17 takes 128 MiB and about 0.3 s, each step twice that; what was hashed before stays good.',
  },
  passwordWaitMaxMs: {
    variable: 'BAILIWICK_PASSWORD_WAIT_MAX',
    form: duration.refine((ms) => ms >= 1000 && ms <= 60_000, 'is not from PT1S to PT1M').default(5000),
    purpose:
      'How long a password waits at most for its turn to be hashed (PT5S); then its request is refused with RATE_LIMITED. Two are hashed at once, and log-ins from where their user logged in before come first.',
  },
} as const satisfies DeclaredSettings;

type Declared = SettingsOf<typeof identitySettings>;

declare module '../authority/settings.js' {
  interface DomainSettings extends Declared {}
}
