export { type Removed, removeWithGroup, removeWithScope, removeWithUser } from './removed.js';
