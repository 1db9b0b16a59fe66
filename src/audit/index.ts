import type { DomainManifest } from '../authority/index.js';
import { toId } from '../platform/ids.js';
import { changeFeed, changeWatch } from './changes/index.js';
import { auditList } from './entries/policies.js';
import { resolvers as entries } from './entries/resolvers.js';
import { loadAuditEntry, recordAudit } from './entries/service.js';
import { keepPartitions, startSealer } from './sealer/index.js';
import { auditVerify, ensureKeyFile, resolvers as seals, sharedKeys } from './seals/index.js';
import { auditSettings } from './settings.js';

export const auditDomain: DomainManifest = {
  name: 'audit',
  policies: [auditList, auditVerify, changeWatch],
  resolvers: { ...entries, ...seals, Query: { ...entries.Query, ...seals.Query } },
  values: ['AuditActor', 'ObjectsChanged'],
  settings: auditSettings,
  auditLog: {
    record: recordAudit,
    keeper: keepPartitions,
    keysOf: ({ db, settings }) => sharedKeys(db, settings.auditKeyPath),
  },
  prepare: ({ db, settings }) => ensureKeyFile(db, settings.auditKeyPath),
  start: startSealer,
  feeds: { objectsChanged: changeFeed },
  entities: { AuditEntry: (context, id) => loadAuditEntry(context).load(toId('AuditEntry', id)) },
};
