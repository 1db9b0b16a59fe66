import { Link } from '@tanstack/react-router';
import { CircleAlert } from 'lucide-react';
import type { Fault } from '../api/faults.js';
import { faultOf } from '../api/faults.js';
import css from './faults.module.css';

/** What went wrong, beside what it went wrong with. */
export function FaultNote({ fault, onRetry }: { readonly fault: Fault; readonly onRetry?: () => void }) {
  return (
    <div className={css.note} role="alert">
      <CircleAlert size={16} aria-hidden="true" />
      <div>
        <strong>{fault.title}.</strong> {fault.advice}
        {fault.requestId && (
          <p>
            Request <code>{fault.requestId}</code>
          </p>
        )}
      </div>
      {/* What is denied stays so. */}
      {onRetry && fault.code !== 'FORBIDDEN' && (
        <button type="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}

/** What went wrong, where nothing else can be shown. */
export function FaultPage({ fault, onRetry }: { readonly fault: Fault; readonly onRetry?: () => void }) {
  return (
    <section className={css.page}>
      <h1 tabIndex={-1}>{fault.title}</h1>
      <p>{fault.advice}</p>
      {fault.requestId && (
        <p>
          Request <code>{fault.requestId}</code>
        </p>
      )}
      <p className={css.ways}>
        {onRetry && (
          <button type="button" onClick={onRetry}>
            Try again
          </button>
        )}
        {/* Whoever came by an old link has nothing to go back to. */}
        {fault.code !== 'UNREACHABLE' && (
          <Link className="button" to="/">
            Go to Now
          </Link>
        )}
      </p>
    </section>
  );
}

/** The same for what is missing and for what the viewer may not see. */
export function NotFound() {
  return <FaultPage fault={faultOf({ message: '', extensions: { code: 'NOT_FOUND' } })} />;
}
