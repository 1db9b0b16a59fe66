import { defineSearch } from '../../kit/search.js';

/** `user` is `user:ID`. */
export const credentialSearch = defineSearch({ nameStartsWith: 'text', user: 'id' }, ['CREATED_AT', 'NAME']);
