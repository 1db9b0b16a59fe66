import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect } from 'react';
import { forgetClients } from '../api/client.js';
import { IS_DEMO } from './demo.js';
import css from './log-in.module.css';
import { LogInForm } from './log-in-form.js';

/** Only addresses of this console: a link cannot send a person elsewhere after the log-in. */
const isOwn = (to: string) => {
  const { origin, pathname } = new URL(to, location.origin);
  return origin === location.origin && /^\/s\/[^/\\]/.test(to) && pathname.startsWith('/s/');
};

/** The page on which a person logs in. */
export function LogInPage() {
  const { to } = useSearch({ from: '/log-in' });
  const navigate = useNavigate();
  useEffect(() => {
    document.title = 'Log in · Bailiwick';
    forgetClients();
  }, []);
  return (
    <main className={css.page}>
      <div className={css.card}>
        <h1 tabIndex={-1}>Bailiwick</h1>
        <p>
          {IS_DEMO ? (
            <>
              Log in as <code>admin</code>. The terminal that the demo runs in says where the password is, and who else
              there is.
            </>
          ) : (
            'Log in to see and manage your part of the fleet.'
          )}
        </p>
        <LogInForm onDone={() => navigate({ href: to !== undefined && isOwn(to) ? to : '/', replace: true })} />
      </div>
    </main>
  );
}
