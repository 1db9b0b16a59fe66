import { defineSearch } from '../../kit/search.js';

export const groupSearch = defineSearch({ nameStartsWith: 'text' }, ['CREATED_AT', 'NAME']);
