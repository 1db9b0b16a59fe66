import { useSyncExternalStore } from 'react';

const narrow = matchMedia('(max-width: 760px)');

const subscribe = (listener: () => void) => {
  narrow.addEventListener('change', listener);
  return () => narrow.removeEventListener('change', listener);
};

/** Whether the page is too narrow for more than what matters most: a phone, or a large zoom. */
export const useNarrow = (): boolean => useSyncExternalStore(subscribe, () => narrow.matches);
