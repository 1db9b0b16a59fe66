import { refreshInView } from '../api/queries.js';
import { session } from '../api/session.js';
import { useStore } from '../api/store.js';
import { Modal } from '../kit/modal.js';
import { LogInForm } from './log-in-form.js';

/** Asks for the password over the page when the session ended: what was typed on the page stays. */
export function LogInDialog() {
  const name = useStore(session)?.user.name;
  return (
    <Modal title="Your session ended">
      <p>Log in again to go on. What you typed is still there.</p>
      <LogInForm {...(name !== undefined && { name })} onDone={refreshInView} />
    </Modal>
  );
}
