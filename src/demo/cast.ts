import type { ScopeRef } from '../generated/documents.js';

/** Who and what a demo has. Names are the same in every demo, so that pages and texts can speak of them. */

export const SYSTEM: ScopeRef = { system: true };
export const onDomain = (name: string): ScopeRef => ({ domain: { name } });
export const onProject = (domain: string, name: string): ScopeRef => ({ project: { inDomain: { name, domain } } });

export interface Person {
  readonly name: string;
  readonly domain: string;
  readonly displayName: string;
}

const person = (domain: string, name: string, displayName: string): Person => ({ name, domain, displayName });

export const ADMIN = person('default', 'admin', 'Administrator');

/** Those who run the deployment. */
export const STAFF = {
  olivia: person('default', 'olivia', 'Olivia Operator'),
  noah: person('default', 'noah', 'Noah Night-Shift'),
  rita: person('default', 'rita', 'Rita Auditor'),
} as const;

/** Those who use it, each in a tenant. */
export const TENANTS_PEOPLE = {
  ann: person('acme', 'ann', 'Ann of Acme'),
  mia: person('acme', 'mia', 'Mia Manager'),
  mel: person('acme', 'mel', 'Mel Maker'),
  rob: person('acme', 'rob', 'Rob Reader'),
  otto: person('orbit', 'otto', 'Otto of Orbit'),
  ida: person('orbit', 'ida', 'Ida Imaging'),
  nick: person('orbit', 'nick', 'Nick Nobody'),
} as const;

export interface Tenant {
  readonly name: string;
  readonly description: string;
  /** Who administers it, and makes the rest of it. */
  readonly admin: Person;
  readonly projects: readonly (readonly [name: string, description: string])[];
}

export const TENANTS: readonly Tenant[] = [
  {
    name: 'acme',
    description: 'An online shop',
    admin: TENANTS_PEOPLE.ann,
    projects: [
      ['storefront', 'What customers see'],
      ['payments', 'What takes their money'],
    ],
  },
  {
    name: 'orbit',
    description: 'An institute that looks at the earth',
    admin: TENANTS_PEOPLE.otto,
    projects: [
      ['imaging', 'Pictures from satellites'],
      ['archive', 'All pictures since 1998'],
    ],
  },
];

export interface Group {
  readonly name: string;
  readonly domain: string;
  readonly description: string;
  readonly members: readonly Person[];
}

export const ON_CALL: Group = {
  name: 'on-call',
  domain: 'default',
  description: 'Who is called at night',
  members: [STAFF.olivia, STAFF.noah],
};
export const MAKERS: Group = {
  name: 'makers',
  domain: 'acme',
  description: 'Who builds the shop',
  members: [TENANTS_PEOPLE.mia, TENANTS_PEOPLE.mel],
};

export interface Grant {
  readonly to: Person | Group;
  readonly role: string;
  readonly on: ScopeRef;
  readonly isInherited?: boolean;
  readonly days?: number;
  readonly reason?: string;
}

/** Besides those of the administrators. */
export const GRANTS: readonly Grant[] = [
  { to: STAFF.olivia, role: 'manager', on: SYSTEM },
  { to: STAFF.noah, role: 'member', on: SYSTEM },
  { to: STAFF.rita, role: 'reader', on: SYSTEM },
  { to: STAFF.rita, role: 'reader', on: onDomain('acme'), days: 7, reason: 'yearly audit of Acme' },
  { to: ON_CALL, role: 'admin', on: onProject('default', 'default') },
  { to: TENANTS_PEOPLE.mia, role: 'manager', on: onProject('acme', 'storefront') },
  { to: TENANTS_PEOPLE.rob, role: 'reader', on: onDomain('acme'), isInherited: true },
  { to: MAKERS, role: 'member', on: onProject('acme', 'storefront') },
  { to: MAKERS, role: 'member', on: onProject('acme', 'payments') },
  { to: TENANTS_PEOPLE.ida, role: 'admin', on: onProject('orbit', 'imaging') },
];
