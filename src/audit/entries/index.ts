export { auditList } from './policies.js';
export { entryFormOf, loadAuditEntry, recordAudit, recordTrim } from './service.js';
export { type AuditEntryRow, auditEntries } from './tables.js';
