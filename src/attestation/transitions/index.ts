export { keepTransitions, type TrustChange } from './service.js';
export { transitionSweep } from './sweep.js';
export { trustTransitions } from './tables.js';
