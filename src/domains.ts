import { attestationDomain } from './attestation/index.js';
import { auditDomain } from './audit/index.js';
import type { DomainManifest } from './authority/index.js';
import { identityDomain } from './identity/index.js';

/** Every domain, in order: of two that tell an entity the later one's rows hold the earlier one's fields too. */
export const DOMAINS: readonly DomainManifest[] = [identityDomain, attestationDomain, auditDomain];
