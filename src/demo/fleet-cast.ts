import type { NodeAvailability } from '../generated/documents.js';
import { BASE, BUILD, CACHE, DATABASE, EDGE, SHOP, UNKNOWN, WEB } from './files.js';
import type { Measurement } from './machines/ima-log.js';

/**
 * What becomes of a machine: it attests for ever; it runs what no list has; it attests too seldom; it attested once and is
 * heard no more; it joined and was never heard; it was banned.
 */
export type Story = 'steady' | 'infected' | 'restless' | 'gone' | 'silent' | 'banned';

export interface Machine {
  readonly name: string;
  readonly story: Story;
  readonly files: readonly Measurement[];
  readonly list: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly availability: NodeAvailability;
  readonly address?: string;
  /** The projects whose workloads it takes, each with its domain; any by default. */
  readonly tenants?: readonly (readonly [domain: string, project: string])[];
}

const server = (name: string, files: readonly Measurement[], zone: string, more: Partial<Machine> = {}): Machine => ({
  name,
  story: 'steady',
  files: [...BASE, ...files],
  list: 'servers',
  labels: { 'admin.role': name.replace(/-\d+$/, ''), 'admin.zone': zone },
  availability: 'ACTIVE',
  ...more,
});

const edge = (name: string, story: Story): Machine => ({
  ...server(name, EDGE, 'outside', { story, list: 'edge' }),
  availability: 'PAUSE',
});

const PAYMENTS = { tenants: [['acme', 'payments']] } as const;

/** The machines of the fleet, in the order in which they join. */
export const MACHINES: readonly Machine[] = [
  server('web-1', WEB, 'north', { address: 'web-1.demo.example' }),
  server('web-2', WEB, 'north', { address: 'web-2.demo.example' }),
  server('web-3', WEB, 'south', { address: 'web-3.demo.example' }),
  server('db-1', DATABASE, 'north', { address: '10.20.0.11', ...PAYMENTS }),
  server('db-2', DATABASE, 'south', { address: '10.20.0.12', availability: 'DRAIN', ...PAYMENTS }),
  server('cache-1', CACHE, 'north', { address: '10.20.0.21' }),
  server('build-1', BUILD, 'south', { story: 'infected' }),
  server('lab-1', [], 'south', { story: 'restless' }),
  server('kiosk-1', [], 'outside', { story: 'banned' }),
  edge('edge-1', 'steady'),
  edge('edge-2', 'gone'),
  edge('edge-3', 'silent'),
];

/** A node whose machine has not come yet. */
export const AWAITED = { name: 'new-1', address: '10.20.0.31', description: 'Ordered, comes on Thursday' } as const;

/** A tenant's own machine, which is no node. */
export const TENANTS_MACHINE = { name: 'shop-vm-1', files: SHOP } as const;

export interface List {
  readonly name: string;
  readonly description: string;
  /** The files of each revision, which has those of the revisions before too. */
  readonly revisions: readonly (readonly Measurement[])[];
}

/** The allowlists of the system. */
export const LISTS: readonly List[] = [
  {
    name: 'servers',
    description: 'Everything in the data centres',
    revisions: [[...BASE, ...DATABASE, ...BUILD], CACHE, WEB],
  },
  { name: 'edge', description: 'Small machines outside', revisions: [BASE, EDGE] },
];

/** An allowlist that a project owns. */
export const SHOPS_LIST: List = {
  name: 'shop',
  description: 'The shop, as it was tested',
  revisions: [BASE, SHOP],
};

/** What a machine that is infected runs besides. */
export const INFECTION: Measurement = UNKNOWN;
