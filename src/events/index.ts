export { ChangeNotifier, type Listener } from './change-notifier.js';
export { beginAt, type EventFact, recordEvents, removeEvents } from './log.js';
export { Placer, placeSome } from './placing.js';
export { type Beginning, cursorOf } from './positions.js';
export { type Piece, RecentEvents } from './recent.js';
export { type EventRow, eventOutbox, events } from './tables.js';
export type { Topic } from './topics.js';
