export { checkInWorker, compileInWorker, type ListStream, verifyInWorker, workerLoad } from './pool.js';
