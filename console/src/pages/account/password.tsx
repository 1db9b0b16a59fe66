import { type FormEvent, useState } from 'react';
import type { Fault } from '../../api/faults.js';
import { refreshInView } from '../../api/queries.js';
import { logIn } from '../../api/session.js';
import { FaultNote } from '../../kit/faults.js';
import { Field } from '../../kit/field.js';
import { Modal } from '../../kit/modal.js';
import css from './password.module.css';

interface ChangePasswordProps {
  readonly name: string;
  /** Null where the viewer may not read the domain. */
  readonly domain: string | null;
}

/** Changes the viewer's own password: by logging in anew, with the old one and a new one. */
export function ChangePassword(props: ChangePasswordProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        Change the password
      </button>
      {isOpen && <ChangeDialog {...props} onClose={() => setOpen(false)} />}
    </>
  );
}

function ChangeDialog({ name, domain, onClose }: ChangePasswordProps & { readonly onClose: () => void }) {
  const [fault, setFault] = useState<Fault | null>(null);
  const [isRunning, setRunning] = useState(false);
  const submitted = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const typed = new FormData(event.currentTarget);
    const text = (field: string) => String(typed.get(field) ?? '');
    setRunning(true);
    const refused = await logIn({
      name,
      domain: domain ?? text('domain'),
      password: text('password'),
      newPassword: text('newPassword'),
    });
    setRunning(false);
    setFault(refused);
    if (refused) return;
    refreshInView();
    onClose();
  };
  return (
    <Modal title="Change your password" onClose={onClose}>
      <form onSubmit={submitted} className={css.form}>
        {domain === null && <Field label="Domain" name="domain" required defaultValue="default" />}
        <Field label="Old password" name="password" type="password" required />
        <Field
          label="New password"
          name="newPassword"
          type="password"
          required
          minLength={12}
          maxLength={1024}
          hint="At least 12 characters."
        />
        {fault && <FaultNote fault={fault} />}
        <div>
          <button type="submit" className="primary" disabled={isRunning}>
            {isRunning ? 'Working …' : 'Change'}
          </button>
        </div>
      </form>
    </Modal>
  );
}
