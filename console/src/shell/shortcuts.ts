import { useEffect, useRef } from 'react';

interface Shortcuts {
  readonly openPalette: () => void;
  readonly openHelp: () => void;
}

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** Ctrl-K (or ⌘K) opens the palette; `/` goes to the filter of the page; `?` opens the help with the keys. */
export function useShortcuts(shortcuts: Shortcuts): void {
  const open = useRef(shortcuts);
  open.current = shortcuts;
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (document.querySelector('dialog[open]')) return;
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        open.current.openPalette();
      } else if (event.key === '/' && !isTyping(event.target)) {
        event.preventDefault();
        document.querySelector<HTMLElement>('[data-filter]')?.focus();
      } else if (event.key === '?' && !isTyping(event.target)) {
        event.preventDefault();
        open.current.openHelp();
      }
    };
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  }, []);
}
