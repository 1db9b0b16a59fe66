import { definePolicy } from '../../platform/policy/index.js';

/** What is told is what the policies of the objects, or of the audit log, let the caller read. */
export const changeWatch = definePolicy({
  name: 'change:watch',
  description: 'Be told that objects which one may read changed.',
  scopeTypes: ['system', 'domain', 'project', 'agent'],
  check: '@',
  operations: ['Subscription.objectsChanged'],
});
