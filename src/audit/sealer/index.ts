export { keepPartitions, makePartitions } from './partitions.js';
export { trim } from './retention.js';
export { BATCH_MAX, sealBatch } from './seal.js';
export { type Sealer, startSealer } from './sealer.js';
