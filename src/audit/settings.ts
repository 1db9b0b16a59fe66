import { z } from 'zod';
import type { DeclaredSettings, SettingsOf } from '../authority/index.js';
import { duration } from '../platform/setting-forms.js';

export const auditSettings = {
  auditKeyPath: {
    variable: 'BAILIWICK_AUDIT_KEY_PATH',
    form: z.string(),
    file: { ending: '.audit-key.pem', called: 'The audit key file' },
    purpose:
      'File of the key that signs the audit log, made at the first start, by default the data folder’s name with .audit-key.pem, beside it and not inside; replicas share it. Keys after the first one in it only verify.',
  },
  /** Null for ever. */
  auditRetentionMs: {
    variable: 'BAILIWICK_AUDIT_RETENTION',
    form: duration.nullable().default(null),
    purpose:
      'How long audit entries are kept at least, for example P400D; what is older is dropped month by month. For ever by default.',
  },
} as const satisfies DeclaredSettings;

type Declared = SettingsOf<typeof auditSettings>;

declare module '../authority/settings.js' {
  interface DomainSettings extends Declared {}
}
