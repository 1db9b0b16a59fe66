export { bootAggregates } from './boot-aggregate.js';
export { type ImaLine, ImaLogReader, MAX_LINE_BYTES } from './log-reader.js';
export { PcrReplay } from './pcr-replay.js';
export { type ImaSignature, type ImaStoredDigest, parseImaSignature } from './signature.js';
export { type ImaTemplate, templateNamed } from './templates.js';
