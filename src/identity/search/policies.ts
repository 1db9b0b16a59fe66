import { definePolicy } from '../../platform/policy/index.js';

/** What is found is what its own policies let the caller read. */
export const searchRun = definePolicy({
  name: 'search:run',
  description: 'Search among the objects that one may read.',
  scopeTypes: 'authenticated',
  check: '@',
  operations: ['Query.search', 'SearchHit.*'],
});
