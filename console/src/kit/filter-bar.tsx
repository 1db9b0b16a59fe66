import { type ReactNode, useEffect, useRef, useState } from 'react';
import css from './filter-bar.module.css';
import { LongWordFilter } from './long-word-filter.js';
import type { Filters, FilterValues, SearchDefinition } from './search.js';
import { TimeFilter } from './time-filter.js';
import { inWords } from './words.js';

interface FilterBarProps<F extends Filters, Field extends string> {
  readonly definition: SearchDefinition<F, Field>;
  readonly labels: Readonly<Record<keyof F, string>>;
  readonly values: FilterValues<F>;
  readonly onChange: (values: Readonly<Record<string, unknown>>) => void;
  /** Controls of the page's own, for filters that are ids. */
  readonly children?: ReactNode;
}

const listOf = (value: unknown): readonly string[] => (Array.isArray(value) ? value : []);

/** The filters of a list. */
export function FilterBar<F extends Filters, Field extends string>({
  definition,
  labels,
  values,
  onChange,
  children,
}: FilterBarProps<F, Field>) {
  const kinds = Object.entries(definition.filters);
  const firstText = kinds.find(([, kind]) => kind === 'text')?.[0];
  const given: Readonly<Record<string, unknown>> = values;
  return (
    <search className={css.bar}>
      {kinds.map(([name, kind]) =>
        kind === 'id' ? null : kind === 'time' ? (
          <TimeFilter
            key={name}
            label={labels[name] ?? name}
            value={String(given[name] ?? '')}
            className={css.text}
            onChange={(time) => onChange({ [name]: time })}
          />
        ) : kind === 'text' ? (
          <TextFilter
            key={name}
            label={labels[name] ?? name}
            value={String(given[name] ?? '')}
            isFirst={name === firstText}
            onChange={(text) => onChange({ [name]: text || undefined })}
          />
        ) : (
          <WordFilter
            key={name}
            label={labels[name] ?? name}
            words={kind}
            chosen={listOf(given[name])}
            onChange={(words) => onChange({ [name]: words.length > 0 ? words : undefined })}
          />
        ),
      )}
      {children}
    </search>
  );
}

/** The list is asked for once the person pauses, in milliseconds. */
const PAUSE_MS = 250;

interface TextFilterProps {
  readonly label: string;
  readonly value: string;
  /** Whether the key `/` leads here. */
  readonly isFirst: boolean;
  readonly onChange: (text: string) => void;
}

function TextFilter({ label, value, isFirst, onChange }: TextFilterProps) {
  const [typed, setTyped] = useState(value);
  const told = useRef(onChange);
  told.current = onChange;
  // Back and forward change the address under the line.
  useEffect(() => setTyped(value), [value]);
  useEffect(() => {
    if (typed === value) return;
    const timer = setTimeout(() => told.current(typed), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed, value]);
  return (
    <label className={css.text}>
      <span>{label}</span>
      <input
        type="search"
        value={typed}
        {...(isFirst && { 'data-filter': true, 'aria-keyshortcuts': '/' })}
        onChange={({ target }) => setTyped(target.value)}
      />
    </label>
  );
}

interface WordFilterProps {
  readonly label: string;
  readonly words: readonly string[];
  readonly chosen: readonly string[];
  readonly onChange: (words: readonly string[]) => void;
}

/** More words than this are shown when they are asked for. */
const OPEN_WORDS_MAX = 10;

function WordFilter(props: WordFilterProps) {
  const { label, words, chosen, onChange } = props;
  if (words.length > OPEN_WORDS_MAX) return <LongWordFilter {...props} />;
  return (
    <fieldset className={css.words}>
      <legend>{label}</legend>
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
  );
}
