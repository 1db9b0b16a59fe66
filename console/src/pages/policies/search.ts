import { defineSearch } from '../../kit/search.js';

/** The server sends all policies at once; the page looks through them. */
export const policySearch = defineSearch({ contains: 'text', checks: ['OVERRIDE', 'DEFAULT'] }, []);
export const matrixSearch = defineSearch(
  { contains: 'text', callers: ['SYSTEM', 'DOMAIN', 'PROJECT', 'AGENT', 'OTHERS'], cells: ['CHANGED'] },
  [],
);
export const revisionSearch = defineSearch({}, []);
export const testerSearch = defineSearch({ principal: 'text', policy: 'text', target: 'text', at: 'text' }, []);
