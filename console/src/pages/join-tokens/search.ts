import { defineSearch } from '../../kit/search.js';

/** The API lists join tokens by creation, and filters none. */
export const joinTokenSearch = defineSearch({}, ['CREATED_AT']);
