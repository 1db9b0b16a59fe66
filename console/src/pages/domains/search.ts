import { defineSearch } from '../../kit/search.js';

export const domainSearch = defineSearch({ nameStartsWith: 'text' }, ['CREATED_AT', 'NAME']);
