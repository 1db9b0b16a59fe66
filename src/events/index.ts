export { type Bell, Bells } from './bells.js';
export { beginAt, type EventFact, recordEvents, removeEvents } from './log.js';
export { type Beginning, cursorOf } from './positions.js';
export { type Piece, RecentEvents } from './recent.js';
export { type EventRow, events } from './tables.js';
