import { z } from 'zod';
import type { DeclaredSettings, SettingsOf } from '../authority/index.js';
import { duration } from '../platform/setting-forms.js';

export const auditSettings = {
  auditKeyPath: {
    variable: 'BAILIWICK_AUDIT_KEY_PATH',
    form: z.string(),
    file: { ending: '.audit-key.pem', called: 'The audit key file' },
    purpose:
      'File of the key that signs the audit log; the server creates it at the first start. The default is the data folder’s name with .audit-key.pem, beside the folder. All servers of one database share the file: from its first key they also derive the key of attestation challenges, so that each knows the challenges of the others. Only its first key signs; the others verify.',
  },
  /** Null means forever. */
  auditRetentionMs: {
    variable: 'BAILIWICK_AUDIT_RETENTION',
    form: duration.nullable().default(null),
    purpose:
      'How long the server keeps audit entries at least, for example P400D; it drops older ones month by month. By default it keeps them for ever.',
  },
} as const satisfies DeclaredSettings;

type Declared = SettingsOf<typeof auditSettings>;

declare module '../authority/settings.js' {
  interface DomainSettings extends Declared {}
}
