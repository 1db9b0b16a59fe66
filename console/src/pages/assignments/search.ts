import { defineSearch } from '../../kit/search.js';

/** `who` is `user:ID` or `group:ID`, `at` is `domain:ID` or `project:ID`, `role` a name. */
export const assignmentSearch = defineSearch({ who: 'id', role: 'id', at: 'id' }, ['CREATED_AT']);
