export { compileInWorker, verifyInWorker } from './pool.js';
