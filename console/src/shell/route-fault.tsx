import { UNREACHABLE } from '../api/faults.js';
import { isReachable } from '../api/http.js';
import { FaultPage } from '../kit/faults.js';

const BROKEN = {
  code: 'PAGE_FAILED',
  title: 'This page failed',
  advice: 'Reload it; if it happens again, report it with its address.',
  requestId: null,
};

/** A page that could not be shown. */
export function RouteFault() {
  return <FaultPage fault={isReachable.get() ? BROKEN : UNREACHABLE} onRetry={() => location.reload()} />;
}
