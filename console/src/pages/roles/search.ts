import { defineSearch } from '../../kit/search.js';

export const roleSearch = defineSearch({ nameStartsWith: 'text', kinds: ['GLOBAL', 'OF_A_DOMAIN'] }, [
  'CREATED_AT',
  'NAME',
]);
