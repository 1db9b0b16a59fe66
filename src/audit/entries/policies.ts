import type { EntryPlace } from '../../authority/index.js';
import { definePolicy, defineTarget } from '../../platform/policy/index.js';
import { auditEntries } from './tables.js';

const target = defineTarget<EntryPlace>()(auditEntries, {
  domain_id: { type: 'text', row: (row) => row.domainId, sql: (t) => t.domainId },
  project_id: { type: 'text', row: (row) => row.projectId, sql: (t) => t.projectId },
  actor_id: { type: 'text', row: (row) => row.actorId, sql: (t) => t.actorId },
});

export const auditList = definePolicy<EntryPlace>({
  name: 'audit:list',
  description:
    "Read audit entries: all of them at system scope, those of the caller's own domain or project, and the caller's own.",
  scopeTypes: ['system', 'domain', 'project', 'agent'],
  target,
  boundary: {
    system: '@',
    domain: 'domain_id:%(domain_id)s or user_id:%(actor_id)s',
    project: 'project_id:%(project_id)s or user_id:%(actor_id)s',
    agent: 'agent_id:%(actor_id)s',
  },
  check: {
    system: 'role:reader',
    domain: 'role:reader or user_id:%(actor_id)s',
    project: 'role:reader or user_id:%(actor_id)s',
    agent: '@',
  },
  operations: [
    'Query.auditEntry',
    'Query.auditEntries',
    'Query.auditCounts',
    'AuditEntry.*',
    'AuditCounts.*',
    'AuditBucket.*',
  ],
  isEssential: true,
});
