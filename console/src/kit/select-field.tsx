import { useContext, useId } from 'react';
import { FieldErrors } from './field.js';
import css from './field.module.css';

interface SelectFieldProps {
  readonly label: string;
  /** The name of the input field that it fills; mistakes at that path are shown here. */
  readonly name: string;
  readonly options: readonly (readonly [value: string, label: string])[];
  readonly defaultValue?: string;
  readonly hint?: string;
}

/** A field of a form in which one of a few words is chosen. */
export function SelectField({ label, name, options, defaultValue, hint }: SelectFieldProps) {
  const id = useId();
  const fault = useContext(FieldErrors)[name];
  const about = [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(' ');
  return (
    <div className={css.field}>
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        name={name}
        defaultValue={defaultValue}
        aria-describedby={about || undefined}
        aria-invalid={fault ? true : undefined}
      >
        {options.map(([value, said]) => (
          <option key={value} value={value}>
            {said}
          </option>
        ))}
      </select>
      {hint && <p id={`${id}-hint`}>{hint}</p>}
      {fault && (
        <p id={`${id}-fault`} className={css.fault}>
          {fault}
        </p>
      )}
    </div>
  );
}
