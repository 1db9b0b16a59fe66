import type { DomainManifest } from '../authority/index.js';
import { auditList } from './entries/policies.js';
import { resolvers as entries } from './entries/resolvers.js';
import { loadAuditEntry } from './entries/service.js';
import { auditVerify, resolvers as seals } from './seals/index.js';

export { recordAudit } from './entries/service.js';
export { keepPartitions, type Sealer, startSealer } from './sealer/index.js';
export { ensureKeyFile } from './seals/index.js';

export const auditDomain: DomainManifest = {
  name: 'audit',
  policies: [auditList, auditVerify],
  resolvers: { ...entries, ...seals, Query: { ...entries.Query, ...seals.Query } },
  entities: { AuditEntry: (context, id) => loadAuditEntry(context).load(id) },
};
