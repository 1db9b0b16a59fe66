export { removeWithGroup, removeWithUser } from './removed.js';
export { removeScope } from './scope.js';
