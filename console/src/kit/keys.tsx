import { PlainTable } from './plain-table.js';

const KEYS = [
  ['Ctrl K, or ⌘ K', 'go to a place, a scope or a name'],
  ['/', 'go to the filter of the page'],
  ['?', 'show these keys'],
  ['Tab, Shift Tab', 'go to the next or the former control'],
  ['Enter', 'follow a link, press a button, send a form'],
  ['Space', 'tick a box, press a button'],
  ['Esc', 'close a dialog; nothing is sent'],
] as const;

/** The keys that the console knows. */
export const KeyList = () => (
  <PlainTable
    label="Keys"
    heads={['Key', 'What it does']}
    rows={KEYS.map(([key, words]) => ({ key, cells: [<kbd key="key">{key}</kbd>, words] }))}
  />
);
