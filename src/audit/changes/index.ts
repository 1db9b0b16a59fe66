export { changeFeed } from './feed.js';
export { changeWatch } from './policies.js';
