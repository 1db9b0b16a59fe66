import { defineSearch } from '../../kit/search.js';
import { AUDIT_ACTIONS, AUDIT_TARGET_TYPES } from './words.js';

/** The outcomes, the loudest first. */
export const OUTCOMES = ['DENIED', 'FAILED', 'ALLOWED'] as const;

export const auditSearch = defineSearch(
  {
    actorName: 'text',
    actions: AUDIT_ACTIONS,
    outcomes: OUTCOMES,
    since: 'time',
    until: 'time',
    targetTypes: AUDIT_TARGET_TYPES,
    targetId: 'text',
    actorId: 'text',
    domainId: 'text',
    projectId: 'text',
  },
  [],
);
export const denialSearch = defineSearch({ hours: ['24', '168', '720'] }, []);
