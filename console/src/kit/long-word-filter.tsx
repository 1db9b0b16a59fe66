import css from './long-word-filter.module.css';
import { inWords } from './words.js';

interface LongWordFilterProps {
  readonly label: string;
  readonly words: readonly string[];
  readonly chosen: readonly string[];
  readonly onChange: (words: readonly string[]) => void;
}

/** Some of many words: closed it says what is chosen, open it has a box for each. */
export function LongWordFilter({ label, words, chosen, onChange }: LongWordFilterProps) {
  const said = chosen.length === 0 ? 'any' : chosen.length === 1 ? inWords(chosen[0] ?? '') : `${chosen.length} chosen`;
  return (
    <details className={css.long}>
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
