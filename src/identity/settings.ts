import { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import type { DeclaredSettings, SettingsOf } from '../authority/index.js';
import { duration, retention } from '../platform/setting-forms.js';

const ADDRESSES_MAX = 8;
const AUTHORITIES_MAX = 16;
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** As agents take them: http or https, and nothing else that a URL can have. */
function isAddress(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : null;
  return /^https?:$/.test(url?.protocol ?? '') && url?.username === '' && url.search === '' && url.hash === '';
}

function areCertificates(text: string): boolean {
  const found = text.match(CERTIFICATE) ?? [];
  try {
    return found.length > 0 && found.length <= AUTHORITIES_MAX && found.every((one) => new X509Certificate(one));
  } catch {
    return false;
  }
}

export const identitySettings = {
  apiAddresses: {
    variable: 'BAILIWICK_API_ADDRESSES',
    form: z
      .string()
      .transform((text) => text.split(',').map((address) => address.trim()))
      .refine((all) => all.length <= ADDRESSES_MAX && all.every(isAddress), 'must be at most 8 http or https URLs')
      .default([]),
    purpose:
      'Addresses at which this API answers, separated by commas, in the order in which to try them. Agents that joined follow them: see docs/nodes.md.',
  },
  apiAuthorities: {
    variable: 'BAILIWICK_API_AUTHORITIES',
    form: z
      .string()
      .max(262_144)
      .refine(areCertificates, 'must be 1 to 16 certificates in PEM')
      .nullable()
      .default(null),
    purpose:
      'Certificates of the authorities by which agents that joined recognize this API, in PEM; mostly from a file, by BAILIWICK_API_AUTHORITIES_FILE. Name the old and the new one while you change them.',
  },
  tokenRetentionMs: {
    variable: 'BAILIWICK_TOKEN_RETENTION',
    form: retention.default(86_400_000),
    purpose: 'How long the server keeps tokens after they expired (P1D). The audit log keeps their ids.',
  },
  sessionIdleMs: {
    variable: 'BAILIWICK_SESSION_IDLE',
    form: duration.refine((ms) => ms >= 300_000 && ms <= 86_400_000, 'is not from PT5M to P1D').default(1_800_000),
    purpose: 'After how long without requests the session of a browser ends (PT30M). Open event streams do not count.',
  },
  sessionMaxMs: {
    variable: 'BAILIWICK_SESSION_MAX',
    form: duration.refine((ms) => ms >= 300_000 && ms <= 2_592_000_000, 'is not from PT5M to P30D').default(43_200_000),
    purpose: 'How long the session of a browser lasts at most, however much it is used (PT12H).',
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
