import { Outlet, useRouterState } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { isReachable } from '../api/http.js';
import { useRecovery } from '../api/live.js';
import { isExpired } from '../api/session.js';
import { useStore } from '../api/store.js';
import { Banner } from './banner.js';
import { LogInDialog } from './log-in-dialog.js';
import { useNewerVersion } from './version.js';

/** What is on every page: what is wrong with the connection, and the dialog for a session that ended. */
export function Root() {
  const isGone = !useStore(isReachable);
  const isOld = useNewerVersion();
  useRecovery(isGone);
  useFocusAtNavigation();
  return (
    <>
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

/** A new page is announced: the focus goes to its heading, where there is none to its main part. */
function useFocusAtNavigation(): void {
  const path = useRouterState({ select: ({ resolvedLocation }) => resolvedLocation?.pathname });
  const before = useRef(path);
  useEffect(() => {
    const isFirst = before.current === undefined;
    before.current = path;
    if (isFirst || path === undefined) return;
    const place = document.querySelector<HTMLElement>('main h1') ?? document.querySelector<HTMLElement>('main');
    place?.focus({ preventScroll: true });
  }, [path]);
}
