import { createStore } from '../api/store.js';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const KEY = 'bailiwick.theme';

/** The theme that the person chose; `system` follows the machine. */
export const theme = createStore<Theme>(THEMES.find((one) => one === localStorage.getItem(KEY)) ?? 'system');

/** Shows the page in the chosen theme. */
export function applyTheme(chosen: Theme = theme.get()): void {
  theme.set(chosen);
  localStorage.setItem(KEY, chosen);
  document.documentElement.dataset.theme = chosen;
}
