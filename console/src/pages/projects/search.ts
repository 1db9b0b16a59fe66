import { defineSearch } from '../../kit/search.js';

export const projectSearch = defineSearch({ nameStartsWith: 'text' }, ['CREATED_AT', 'NAME']);
