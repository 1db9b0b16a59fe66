import { defineSearch } from '../../kit/search.js';

export const userSearch = defineSearch({ nameStartsWith: 'text' }, ['CREATED_AT', 'NAME']);
