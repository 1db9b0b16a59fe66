export { userDisable } from './policies.js';
