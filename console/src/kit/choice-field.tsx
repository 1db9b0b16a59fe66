import { type ComponentProps, useContext, useId } from 'react';
import css from './choice-field.module.css';
import { FieldErrors } from './field.js';

/** A thing that is chosen or not: the form has its name with the value `on`, or not at all. */
export function CheckField({
  label,
  hint,
  ...input
}: { readonly label: string; readonly hint?: string } & ComponentProps<'input'>) {
  const id = useId();
  return (
    <div className={css.check}>
      <input type="checkbox" id={id} aria-describedby={hint && `${id}-hint`} {...input} />
      <label htmlFor={id}>{label}</label>
      {hint && <p id={`${id}-hint`}>{hint}</p>}
    </div>
  );
}

interface RadioFieldProps<Word extends string> {
  readonly label: string;
  readonly name: string;
  readonly choices: readonly (readonly [value: Word, label: string])[];
  readonly value: Word;
  readonly onChoose: (value: Word) => void;
}

/** One of a few words, chosen with the arrow keys or the mouse. */
export function RadioField<Word extends string>({ label, name, choices, value, onChoose }: RadioFieldProps<Word>) {
  const id = useId();
  const fault = useContext(FieldErrors)[name];
  return (
    <fieldset className={css.radios} aria-describedby={fault && `${id}-fault`}>
      <legend>{label}</legend>
      {choices.map(([word, text]) => (
        <label key={word}>
          <input type="radio" name={name} value={word} checked={word === value} onChange={() => onChoose(word)} />
          {text}
        </label>
      ))}
      {fault && (
        <p id={`${id}-fault`} className={css.fault}>
          {fault}
        </p>
      )}
    </fieldset>
  );
}
