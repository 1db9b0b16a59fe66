export { compileInWorker, verifyInWorker, workerLoad } from './pool.js';
