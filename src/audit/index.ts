import type { DomainManifest } from '../authority/index.js';
import { auditList } from './entries/policies.js';
import { resolvers } from './entries/resolvers.js';
import { loadAuditEntry } from './entries/service.js';

export { recordAudit } from './entries/service.js';

export const auditDomain: DomainManifest = {
  name: 'audit',
  policies: [auditList],
  resolvers,
  entities: { AuditEntry: (context, id) => loadAuditEntry(context).load(id) },
};
