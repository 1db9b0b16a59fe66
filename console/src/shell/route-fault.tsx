import { useEffect, useRef } from 'react';
import { UNREACHABLE } from '../api/faults.js';
import { isReachable, send } from '../api/http.js';
import { useRecovery } from '../api/live.js';
import { useStore } from '../api/store.js';
import { FaultPage } from '../kit/faults.js';
import css from './lost.module.css';

const BROKEN = {
  code: 'PAGE_FAILED',
  title: 'This page failed',
  advice: 'Reload it; if it happens again, report it with its address.',
  requestId: null,
};

/** A page that could not be shown. Where a part of it could not be loaded from a server that is gone, it waits for it. */
export function RouteFault() {
  const isGone = !useStore(isReachable);
  const wasGone = useRef(false);
  useEffect(() => void send('/healthz').catch(() => null), []);
  useRecovery(isGone);
  useEffect(() => {
    if (isGone) wasGone.current = true;
    else if (wasGone.current) location.reload();
  }, [isGone]);
  return (
    <main className={css.page}>
      <FaultPage fault={isGone ? UNREACHABLE : BROKEN} onRetry={() => location.reload()} />
    </main>
  );
}
