import { type KeyboardEvent, useEffect, useRef } from 'react';
import css from './long-word-filter.module.css';
import { inWords } from './words.js';

interface LongWordFilterProps {
  readonly label: string;
  readonly words: readonly string[];
  readonly chosen: readonly string[];
  readonly onChange: (words: readonly string[]) => void;
}

/** It lies over what is below it, so it closes when the person goes on elsewhere. */
function useClosing() {
  const details = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const leave = ({ target }: Event) => {
      if (details.current?.open && !details.current.contains(target as Node)) details.current.open = false;
    };
    const events = ['pointerdown', 'focusin'] as const;
    for (const event of events) document.addEventListener(event, leave);
    return () => {
      for (const event of events) document.removeEventListener(event, leave);
    };
  }, []);
  const pressed = ({ key }: KeyboardEvent) => {
    if (key !== 'Escape' || !details.current?.open) return;
    details.current.open = false;
    details.current.querySelector('summary')?.focus();
  };
  return { details, pressed };
}

/** Some of many words: closed it says what is chosen, open it has a box for each. */
export function LongWordFilter({ label, words, chosen, onChange }: LongWordFilterProps) {
  const said = chosen.length === 0 ? 'any' : chosen.length === 1 ? inWords(chosen[0] ?? '') : `${chosen.length} chosen`;
  const { details, pressed } = useClosing();
  return (
    <details className={css.long} ref={details} onKeyDown={pressed}>
      <summary>
        {label}: <strong>{said}</strong>
      </summary>
      <fieldset>
        <legend className="unseen">{label}</legend>
        {words.map((word) => (
          <label key={word}>
            <input
              type="checkbox"
              checked={chosen.includes(word)}
              onChange={({ target }) =>
                onChange(words.filter((one) => (one === word ? target.checked : chosen.includes(one))))
              }
            />
            {inWords(word)}
          </label>
        ))}
      </fieldset>
    </details>
  );
}
