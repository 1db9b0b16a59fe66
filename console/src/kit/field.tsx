import { type ComponentProps, createContext, useContext, useId } from 'react';
import css from './field.module.css';

/** What is wrong with the fields of a form, by their names. */
export const FieldErrors = createContext<Readonly<Record<string, string>>>({});

interface FieldProps extends Omit<ComponentProps<'input'>, 'name' | 'id'> {
  readonly label: string;
  /** The name of the input field that it fills; mistakes at that path are shown here. */
  readonly name: string;
  readonly hint?: string;
  readonly isLong?: boolean;
}

/** A field of a form, with its label, a hint, and what the server found wrong with it. */
export function Field({ label, name, hint, isLong = false, ...input }: FieldProps) {
  const id = useId();
  const fault = useContext(FieldErrors)[name];
  const about = [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(' ');
  const common = {
    id,
    name,
    'aria-describedby': about || undefined,
    'aria-invalid': fault ? true : undefined,
    defaultValue: input.defaultValue,
    required: input.required,
    autoComplete: 'off',
  } as const;
  return (
    <div className={css.field}>
      <label htmlFor={id}>
        {label}
        {!input.required && <span> (optional)</span>}
      </label>
      {isLong ? <textarea rows={2} {...common} /> : <input {...input} {...common} />}
      {hint && <p id={`${id}-hint`}>{hint}</p>}
      {fault && (
        <p id={`${id}-fault`} className={css.fault}>
          {fault}
        </p>
      )}
    </div>
  );
}
