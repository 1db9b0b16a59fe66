import { Outlet, useRouterState } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { isReachable } from '../api/http.js';
import { useRecovery } from '../api/live.js';
import { compare, isExpired } from '../api/session.js';
import { useStore } from '../api/store.js';
import { Banner } from './banner.js';
import { IS_DEMO } from './demo.js';
import { LogInDialog } from './log-in-dialog.js';
import { useNewerVersion } from './version.js';

/** What is on every page: what is wrong with the connection, and the dialog for a session that ended. */
export function Root() {
  const isGone = !useStore(isReachable);
  const isOld = useNewerVersion();
  useRecovery(isGone);
  useFocusAtNavigation();
  useWhoIsThere();
  return (
    <>
      {IS_DEMO && (
        <Banner isUrgent={false}>This is a demo: its machines are simulated, and nothing here is real.</Banner>
      )}
      {isGone && <Banner>The server does not answer. What you see may be out of date; this page tries again.</Banner>}
      {isOld && (
        <Banner action={{ label: 'Reload', run: () => location.reload() }}>
          The server was upgraded: this page is of the version before.
        </Banner>
      )}
      <Outlet />
      {useStore(isExpired) && <LogInDialog />}
    </>
  );
}

/** How often the page asks whether its session goes on, in milliseconds; asking is no use of it. */
const ASK_MS = 60_000;

/** Another tab may have logged somebody else in, and a session ends while nobody looks. */
function useWhoIsThere(): void {
  useEffect(() => {
    const seen = () => document.visibilityState === 'visible' && void compare();
    const timer = setInterval(seen, ASK_MS);
    document.addEventListener('visibilitychange', seen);
    addEventListener('focus', seen);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', seen);
      removeEventListener('focus', seen);
    };
  }, []);
}

/** A new page is announced: the focus goes to its heading, as soon as that is there. */
function useFocusAtNavigation(): void {
  const path = useRouterState({ select: ({ resolvedLocation }) => resolvedLocation?.pathname });
  const before = useRef(path);
  useEffect(() => {
    const isFirst = before.current === undefined;
    before.current = path;
    if (isFirst || path === undefined) return;
    return followHeading();
  }, [path]);
}

/**
 * Gives the focus to the heading, and to the main part until there is one: a page can come before its data, and its
 * heading with them. Whoever uses the page meanwhile keeps the place. Returns what ends it.
 */
function followHeading(): () => void {
  const main = document.querySelector<HTMLElement>('main');
  if (!main) return () => {};
  const focus = () => {
    const held = document.activeElement;
    const place = main.querySelector<HTMLElement>('h1') ?? main;
    if (held === place || !(held === main || held === document.body || held === null)) return;
    place.focus({ preventScroll: true });
  };
  (main.querySelector<HTMLElement>('h1') ?? main).focus({ preventScroll: true });
  const observer = new MutationObserver(focus);
  observer.observe(main, { childList: true, subtree: true });
  const used = new AbortController();
  const end = () => {
    observer.disconnect();
    used.abort();
  };
  for (const event of ['keydown', 'pointerdown'])
    document.addEventListener(event, end, { capture: true, signal: used.signal });
  return end;
}
