import { z } from 'zod';
import type { DeclaredSettings, SettingsOf } from '../authority/index.js';

export const fleetSettings = {
  nodesMax: {
    variable: 'BAILIWICK_NODES_MAX',
    form: z.coerce.number().int().min(1).max(10_000_000).default(200_000),
    purpose: 'How many nodes there may be.',
  },
} as const satisfies DeclaredSettings;

type Declared = SettingsOf<typeof fleetSettings>;

declare module '../authority/settings.js' {
  interface DomainSettings extends Declared {}
}
