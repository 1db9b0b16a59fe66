import { attestationDomain } from './attestation/index.js';
import { auditDomain } from './audit/index.js';
import { type DomainManifest, theOne } from './authority/index.js';
import { ConfigError } from './config/config-error.js';
import { fleetDomain } from './fleet/index.js';
import { identityDomain } from './identity/index.js';
import { uploadsDomain } from './uploads/index.js';

/** Every domain, in order: when two domains load the same entity, the later one's rows also hold the earlier one's fields. */
export const DOMAINS: readonly DomainManifest[] = [
  identityDomain,
  attestationDomain,
  fleetDomain,
  // After every domain that refers to content, which is removed last.
  uploadsDomain,
  auditDomain,
];

export const ACCESS = theOne(DOMAINS, 'access');
export const AUDIT_LOG = theOne(DOMAINS, 'auditLog');

/** What domains need of each other, served or not. */
export const AMONG_DOMAINS = {
  references: DOMAINS.flatMap(({ references }) => references ?? []),
  requirements: DOMAINS.flatMap(({ requirements }) => requirements ?? []),
  missingRoles: ACCESS.missingRoles,
  searchable: DOMAINS.flatMap(({ searchable }) => searchable ?? []),
  joining: theOne(DOMAINS, 'joining'),
};

/** @throws ConfigError that lists the unknown names and the known domains. */
export function domainsNamed(names: readonly string[]): readonly DomainManifest[] {
  const known = DOMAINS.map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new ConfigError(`there is no domain ${unknown.join(', ')}; the domains are ${known.join(', ')}`);
  return DOMAINS.filter(({ name }) => names.includes(name));
}
