export { type Bell, Bells } from './bells.js';
export { beginAt, type EventFact, lastPosition, recordEvents, removeEvents } from './log.js';
export { type Beginning, cursorOf } from './positions.js';
export { type EventRow, events } from './tables.js';
