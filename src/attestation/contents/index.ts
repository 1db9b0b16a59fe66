export { ContentTooLarge, type PackedContent, packContent } from './pack.js';
export { loadContent, storeContent, streamContent } from './repository.js';
export { contentSweep } from './sweep.js';
export { contents } from './tables.js';
