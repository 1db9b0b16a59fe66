import { defineSearch } from '../../kit/search.js';
import { AUDIT_ACTIONS, AUDIT_TARGET_TYPES } from './words.js';

/** The outcomes, the loudest first. */
export const OUTCOMES = ['DENIED', 'FAILED', 'ALLOWED'] as const;

export const auditSearch = defineSearch(
  {
    actorName: 'text',
    targetId: 'text',
    since: 'time',
    until: 'time',
    actions: AUDIT_ACTIONS,
    targetTypes: AUDIT_TARGET_TYPES,
    outcomes: OUTCOMES,
    actorId: 'text',
    domainId: 'text',
    projectId: 'text',
  },
  [],
);
export const denialSearch = defineSearch({ hours: ['24', '168', '720'] }, []);
