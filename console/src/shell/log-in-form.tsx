import { type FormEvent, useState } from 'react';
import type { Fault } from '../api/faults.js';
import { logIn } from '../api/session.js';
import { FaultNote } from '../kit/faults.js';
import css from './log-in.module.css';

interface LogInFormProps {
  /** Set where the page belongs to somebody already. */
  readonly name?: string;
  readonly onDone: () => void;
}

/** What every wrong name and every wrong password is answered with. */
const WRONG = 'The name, the domain or the password is wrong.';

const wordsOf = (fault: Fault): Fault =>
  fault.code === 'UNAUTHENTICATED'
    ? { ...fault, title: 'You were not logged in', advice: WRONG, requestId: null }
    : fault;

/** Asks for a name and a password. A refusal keeps what was typed, the password aside. */
export function LogInForm({ name, onDone }: LogInFormProps) {
  const [fault, setFault] = useState<Fault | null>(null);
  const [isRunning, setRunning] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const typed = new FormData(form);
    const field = (key: string) => String(typed.get(key) ?? '');
    setRunning(true);
    const newPassword = field('newPassword');
    const refused = await logIn({
      name: field('name'),
      domain: field('domain'),
      password: field('password'),
      ...(newPassword && { newPassword }),
    });
    setRunning(false);
    setFault(refused && wordsOf(refused));
    if (!refused) return onDone();
    for (const secret of form.querySelectorAll<HTMLInputElement>('input[type=password]')) secret.value = '';
    form.querySelector<HTMLInputElement>('input[name=password]')?.focus();
  };
  return (
    <form onSubmit={submit} className={css.form}>
      <Line label="Name" name="name" autoComplete="username" defaultValue={name} required />
      <Line label="Domain" name="domain" defaultValue="default" autoComplete="organization" required />
      <Line label="Password" name="password" type="password" autoComplete="current-password" required />
      <NewPassword />
      {fault && <FaultNote fault={fault} />}
      <button type="submit" className="primary" disabled={isRunning}>
        {isRunning ? 'Logging in …' : 'Log in'}
      </button>
    </form>
  );
}

function Line({ label, ...input }: { readonly label: string } & React.ComponentProps<'input'>) {
  return (
    <label className={css.line}>
      <span>{label}</span>
      <input {...input} />
    </label>
  );
}

/** Where somebody else set the password, its owner chooses another at the first log-in. */
function NewPassword() {
  return (
    <details className={css.more}>
      <summary>Choose a new password</summary>
      <p>Required once, after somebody else set the password.</p>
      <Line label="New password" name="newPassword" type="password" autoComplete="new-password" />
    </details>
  );
}
