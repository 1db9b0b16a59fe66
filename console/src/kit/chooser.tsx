import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import css from './chooser.module.css';

/** Something to choose, by typing a part of it. */
export interface Option {
  readonly key: string;
  readonly label: string;
  /** What is shown after the label. */
  readonly hint?: string;
  readonly choose: () => void;
}

interface ChooserProps {
  readonly label: string;
  readonly options: readonly Option[];
  /** Options for what was typed, whatever it is. */
  readonly optionsFor?: (typed: string) => readonly Option[];
  readonly onTyped?: (typed: string) => void;
}

const SHOWN_MAX = 50;

/** Every word that was typed is somewhere in the option. */
export function matches({ label, hint = '' }: Option, typed: string): boolean {
  const text = `${label} ${hint}`.toLowerCase();
  return typed
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** A line to type in and a list to choose from, used with the arrow keys and Enter as well as with the mouse. */
export function Chooser({ label, options, optionsFor, onTyped }: ChooserProps) {
  const list = useId();
  const line = useRef<HTMLInputElement>(null);
  // It can come after the dialog that it is in.
  useEffect(() => line.current?.focus(), []);
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const found = options.filter((option) => matches(option, typed)).slice(0, SHOWN_MAX);
  const shown = [...found, ...(typed.trim() === '' ? [] : (optionsFor?.(typed.trim()) ?? []))];
  const current = Math.min(at, shown.length - 1);
  const pressed = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && shown.length > 0) setAt((current + step + shown.length) % shown.length);
    else if (event.key === 'Enter') shown[current]?.choose();
    else return;
    event.preventDefault();
  };
  return (
    <div className={css.chooser}>
      <input
        ref={line}
        role="combobox"
        aria-label={label}
        aria-expanded="true"
        aria-controls={list}
        aria-activedescendant={shown[current] && `${list}-${current}`}
        autoComplete="off"
        spellCheck={false}
        placeholder={label}
        value={typed}
        onKeyDown={pressed}
        onChange={({ target }) => {
          setTyped(target.value);
          setAt(0);
          onTyped?.(target.value);
        }}
      />
      <Options id={list} label={label} shown={shown} current={current} />
      {shown.length === 0 && <p role="status">Nothing fits.</p>}
    </div>
  );
}

interface OptionsProps {
  readonly id: string;
  readonly label: string;
  readonly shown: readonly Option[];
  readonly current: number;
}

function Options({ id, label, shown, current }: OptionsProps) {
  return (
    <div role="listbox" id={id} aria-label={label} className={css.options}>
      {shown.map((option, place) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the keys go to the line above, which keeps the focus.
        <div
          key={option.key}
          id={`${id}-${place}`}
          role="option"
          tabIndex={-1}
          aria-selected={place === current}
          ref={place === current ? (element) => element?.scrollIntoView({ block: 'nearest' }) : null}
          onClick={option.choose}
        >
          <bdi>{option.label}</bdi>
          {option.hint && <span>{option.hint}</span>}
        </div>
      ))}
    </div>
  );
}
