import { type KeyboardEvent, useContext, useEffect, useId, useState } from 'react';
import { FieldErrors } from './field.js';
import css from './pick-field.module.css';

/** Something that can be picked, by a word that stands for it. */
export interface Pick {
  readonly id: string;
  readonly label: string;
  /** What tells it from others of the same label. */
  readonly hint?: string | undefined;
}

interface PickFieldProps {
  readonly label: string;
  /** The name of the input field that it fills, for the server's mistakes. */
  readonly name: string;
  readonly hint?: string;
  /** False says so beside the label; a filter says nothing. */
  readonly required?: boolean;
  readonly value: Pick | null;
  /** A hook: what fits the typed text; undefined while that is not known. */
  readonly useOptions: (typed: string, isPaused: boolean) => readonly Pick[] | undefined;
  readonly onPick: (pick: Pick | null) => void;
}

/** The server is asked once the person pauses, in milliseconds. */
const PAUSE_MS = 150;

function usePaused(text: string): string {
  const [paused, setPaused] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setPaused(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return paused;
}

/** What is typed, what fits it, and what the keys do with that. */
function usePicking({ useOptions, onPick }: Picking) {
  const [typed, setTyped] = useState<string | null>(null);
  const [at, setAt] = useState(0);
  const [isAwaited, setAwaited] = useState(false);
  const asked = usePaused(typed ?? '');
  const isOpen = typed !== null;
  const options = useOptions(asked, !isOpen);
  const isKnown = isOpen && asked === typed && options !== undefined;
  const shown = isKnown ? options : [];
  const current = Math.min(at, shown.length - 1);
  const type = (text: string | null) => {
    setTyped(text);
    setAt(0);
    setAwaited(false);
  };
  const pick = (chosen: Pick | undefined) => {
    if (chosen) onPick(chosen);
    if (chosen || isKnown) type(null);
    else setAwaited(true);
  };
  // Enter came before the answer.
  useEffect(() => {
    if (isAwaited && isKnown) pick(shown[0]);
  });
  const pressed = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === 'Tab' && typed) return pick(shown[current]);
    if (step !== undefined && !isOpen) type('');
    else if (step !== undefined) setAt((current + step + shown.length) % Math.max(shown.length, 1));
    else if (event.key === 'Enter' && isOpen) pick(shown[current]);
    else if (event.key === 'Escape' && isOpen) type(null);
    else return;
    event.preventDefault();
  };
  return { typed, type, pick, pressed, isOpen, shown, current, isEmpty: isKnown && shown.length === 0 };
}

type Picking = { readonly useOptions: PickFieldProps['useOptions']; readonly onPick: PickFieldProps['onPick'] };

/** A field that is filled by typing the beginning of a name and choosing, with the keys or the mouse. */
export function PickField({ label, name, hint, required, value, useOptions, onPick }: PickFieldProps) {
  const id = useId();
  const { typed, type, pick, pressed, isOpen, shown, current, isEmpty } = usePicking({ useOptions, onPick });
  const fault = useContext(FieldErrors)[name];
  return (
    <div className={css.field}>
      <label htmlFor={id}>
        {label}
        {required === false && <span> (optional)</span>}
      </label>
      <input
        id={id}
        role="combobox"
        aria-expanded={isOpen}
        aria-controls={`${id}-list`}
        aria-activedescendant={shown[current] && `${id}-${current}`}
        aria-describedby={`${id}-about`}
        aria-invalid={fault ? true : undefined}
        autoComplete="off"
        spellCheck={false}
        required={required}
        value={typed ?? value?.label ?? ''}
        onKeyDown={pressed}
        onClick={() => isOpen || type('')}
        onBlur={() => type(null)}
        onChange={({ target }) => {
          type(target.value);
          if (target.value === '') onPick(null);
        }}
      />
      <Options id={id} label={label} shown={shown} current={current} onPick={pick} />
      {isEmpty && <p role="status">Nothing fits.</p>}
      <div id={`${id}-about`}>
        {!isOpen && (hint || value?.hint) && <p>{value?.hint ?? hint}</p>}
        {fault && <p className={css.fault}>{fault}</p>}
      </div>
    </div>
  );
}

interface OptionsProps {
  readonly id: string;
  readonly label: string;
  readonly shown: readonly Pick[];
  readonly current: number;
  readonly onPick: (pick: Pick) => void;
}

function Options({ id, label, shown, current, onPick }: OptionsProps) {
  return (
    <div
      role="listbox"
      id={`${id}-list`}
      aria-label={`${label}: what fits`}
      className={css.options}
      hidden={shown.length === 0}
    >
      {shown.map((option, place) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the keys go to the line above, which keeps the focus.
        <div
          key={option.id}
          id={`${id}-${place}`}
          role="option"
          tabIndex={-1}
          aria-selected={place === current}
          ref={place === current ? (element) => element?.scrollIntoView({ block: 'nearest' }) : null}
          // The line would lose the focus, and the list be gone before the click.
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onPick(option)}
        >
          <bdi>{option.label}</bdi>
          {option.hint && <span>{option.hint}</span>}
        </div>
      ))}
    </div>
  );
}
