export { ContentTooLarge, encodeText, type PackedContent, packContent } from './pack.js';
export {
  holdContent,
  loadContent,
  STREAM_BYTES,
  type StoredContent,
  storeContent,
  streamContent,
} from './repository.js';
export { contentSweep } from './sweep.js';
export { contentChunks, contents } from './tables.js';
