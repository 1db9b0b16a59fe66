import { type FormEvent, type ReactNode, useState } from 'react';
import type { AnyVariables } from 'urql';
import type { Document } from '../api/client.js';
import type { Fault } from '../api/faults.js';
import { type Answered, refreshInView, type UserError, useAction } from '../api/queries.js';
import css from './action-dialog.module.css';
import { differencesOf, type Facts } from './changes.js';
import { FaultNote } from './faults.js';
import { Field, FieldErrors } from './field.js';
import { Modal } from './modal.js';

/** What a person typed, by the names of the fields; absent where nothing was. */
export type Typed = Readonly<Record<string, string | undefined>>;

export interface ActionDialogProps<Data extends Answered, Variables> {
  readonly title: string;
  /** What will happen, as the server tells it where it can. */
  readonly effect: ReactNode;
  /** What the button says that does it. */
  readonly submit: string;
  readonly document: Document<Data, Variables>;
  /** The variables, from what was typed; called anew at each attempt, so that it takes the etag that is shown now. */
  readonly variables: (typed: Typed) => Variables;
  readonly isDangerous?: boolean;
  /** Whether to ask for the reason that the audit log keeps. */
  readonly asksReason?: boolean;
  /** A name to type where the action cannot be undone. */
  readonly confirmName?: string;
  /** What is shown of the object now: told apart when it changed since the dialog opened. */
  readonly facts?: Facts;
  /** What the facts are of, where the person chooses that in the dialog. */
  readonly about?: string | undefined;
  /** Further fields. */
  readonly children?: ReactNode;
  readonly onClose: () => void;
  readonly onDone?: (data: Data) => void;
}

/** Mistakes by the field that they are about; the rest is about the whole. */
const errorsOf = (errors: readonly UserError[]): Record<string, string> =>
  Object.fromEntries(errors.map(({ path, message }) => [path[1] ?? '', message]));

/** Does one thing after it said what that means. What was typed stays whatever the server answers. */
export function ActionDialog<Data extends Answered, Variables extends AnyVariables>(
  props: ActionDialogProps<Data, Variables>,
) {
  const { title, effect, submit, document, variables, facts = {}, about, children, onClose, onDone } = props;
  const { run, isRunning } = useAction(document);
  const [reviewed, setReviewed] = useState({ about, facts });
  if (reviewed.about !== about) setReviewed({ about, facts });
  const [errors, setErrors] = useState<readonly UserError[]>([]);
  const [fault, setFault] = useState<Fault | null>(null);
  // Also when it changed under the dialog: the etag that is sent is that of what is shown now.
  const isStale = errors.some(({ code }) => code === 'STALE_ETAG') || differencesOf(reviewed.facts, facts).length > 0;
  const submitted = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const pairs = [...new FormData(event.currentTarget)].map(([name, value]) => [name, String(value) || undefined]);
    if (isStale) setReviewed({ about, facts });
    const outcome = await run(variables(Object.fromEntries(pairs)));
    setErrors(outcome.userErrors);
    setFault(outcome.fault);
    if (outcome.userErrors.some(({ code }) => code === 'STALE_ETAG')) refreshInView();
    if (outcome.data === null) return;
    onDone?.(outcome.data);
    onClose();
  };
  return (
    <Modal title={title} onClose={onClose}>
      <form onSubmit={submitted} className={css.form}>
        <div>{effect}</div>
        <FieldErrors value={errorsOf(errors)}>
          {children}
          <Asked {...props} />
        </FieldErrors>
        {isStale ? <Stale before={reviewed.facts} after={facts} /> : <General errors={errors} />}
        {fault && <FaultNote fault={fault} />}
        <div className={css.buttons}>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className={props.isDangerous ? 'danger' : 'primary'} disabled={isRunning}>
            {isRunning ? 'Working …' : isStale ? `${submit} as it is now` : submit}
          </button>
        </div>
      </form>
    </Modal>
  );
}

type AskedProps = Pick<ActionDialogProps<Answered, unknown>, 'asksReason' | 'confirmName'>;

function Asked({ asksReason = false, confirmName }: AskedProps) {
  return (
    <>
      {asksReason && <Field label="Reason" name="reason" hint="Kept in the audit log." isLong />}
      {confirmName !== undefined && (
        <Field
          label={`Type ${confirmName} to go on`}
          name="confirmation"
          hint="This cannot be undone."
          required
          pattern={confirmName.replaceAll(/[\\^$.*+?()[\]{}|/&\-!#%,:;<=>@`~]/g, '\\$&')}
          title="The name, exactly"
        />
      )}
    </>
  );
}

/** Mistakes that are about no one field, or about a field that the dialog does not show. */
function General({ errors }: { readonly errors: readonly UserError[] }) {
  if (errors.length === 0) return null;
  return (
    <ul className={css.errors} role="alert">
      {errors.map(({ path, message }) => (
        <li key={path.join('.')}>{message}</li>
      ))}
    </ul>
  );
}

function Stale({ before, after }: { readonly before: Facts; readonly after: Facts }) {
  const differences = differencesOf(before, after);
  return (
    <div className={css.stale} role="alert">
      <strong>It changed since you opened this.</strong> What you typed is kept.
      <ul>
        {differences.map(({ name, before: was, after: is }) => (
          <li key={name}>
            {name}: <del>{was}</del> → <ins>{is}</ins>
          </li>
        ))}
        {differences.length === 0 && <li>Nothing that is shown here is different.</li>}
      </ul>
    </div>
  );
}
