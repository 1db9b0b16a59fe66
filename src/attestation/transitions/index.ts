export { trustHistoryGet } from './policies.js';
export { transitionResolvers } from './resolvers.js';
export { keepTransitions, type TrustChange } from './service.js';
export { transitionSweep } from './sweep.js';
export { type TransitionRow, trustTransitions } from './tables.js';
