import type { Reference } from '../authority/index.js';
import { allowlistRevisions, allowlists } from './allowlists/tables.js';
import { attestations } from './challenges/tables.js';
import { projectDefaults } from './project-defaults/tables.js';
import { attestationRecords } from './records/tables.js';
import { attestationResults } from './results/tables.js';
import { trustTransitions } from './transitions/tables.js';

export const attestationReferences: readonly Reference[] = [
  { to: 'Domain', column: allowlists.domainId, keepsAs: ['allowlist', 'allowlists'] },
  { to: 'Project', column: allowlists.projectId, keepsAs: ['allowlist', 'allowlists'] },
  { to: 'Allowlist', column: attestationRecords.allowlistId, keepsAs: ['agent', 'agents'] },
  { to: 'Allowlist', column: projectDefaults.allowlistId, keepsAs: ['project', 'projects'] },
  { to: 'Content', column: allowlistRevisions.imaDigest, keepsAs: ['allowlist revision', 'allowlist revisions'] },
  { to: 'Allowlist', column: allowlistRevisions.allowlistId },
  { to: 'Project', column: projectDefaults.projectId },
  { to: 'Agent', column: attestationRecords.agentId },
  { to: 'Agent', column: attestations.agentId },
  { to: 'Agent', column: attestationResults.agentId },
  { to: 'Agent', column: trustTransitions.agentId },
];
