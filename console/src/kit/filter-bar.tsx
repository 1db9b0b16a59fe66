import { type ReactNode, useEffect, useRef, useState } from 'react';
import css from './filter-bar.module.css';
import { LongWordFilter } from './long-word-filter.js';
import type { FilterKind, Filters, FilterValues, SearchDefinition } from './search.js';
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

/** More filters than these are shown when they are asked for, or used. */
const OPEN_FILTERS_MAX = 5;

/** The filters of a list. */
export function FilterBar<F extends Filters, Field extends string>({
  definition,
  labels,
  values,
  onChange,
  children,
}: FilterBarProps<F, Field>) {
  const kinds = Object.entries<FilterKind>(definition.filters).filter(([, kind]) => kind !== 'id');
  const firstText = kinds.find(([, kind]) => kind === 'text')?.[0];
  const given: Readonly<Record<string, unknown>> = values;
  const filters = kinds.map(([name, kind]) => (
    <OneFilter
      key={name}
      kind={kind}
      label={labels[name] ?? name}
      value={given[name]}
      isFirst={name === firstText}
      onChange={(value) => onChange({ [name]: value })}
    />
  ));
  const more = kinds.slice(OPEN_FILTERS_MAX);
  return (
    <search className={css.bar}>
      {filters.slice(0, OPEN_FILTERS_MAX)}
      {more.length > 0 && (
        <details className={css.more} open={more.some(([name]) => given[name] !== undefined) || undefined}>
          <summary>More filters</summary>
          <div className={css.bar}>{filters.slice(OPEN_FILTERS_MAX)}</div>
        </details>
      )}
      {children}
    </search>
  );
}

interface OneFilterProps {
  readonly kind: FilterKind;
  readonly label: string;
  readonly value: unknown;
  readonly isFirst: boolean;
  readonly onChange: (value: string | readonly string[] | undefined) => void;
}

function OneFilter({ kind, label, value, isFirst, onChange }: OneFilterProps) {
  const text = String(value ?? '');
  // A control of the page's own has it.
  if (kind === 'id') return null;
  if (kind === 'time') return <TimeFilter label={label} value={text} className={css.text} onChange={onChange} />;
  if (kind === 'text')
    return (
      <TextFilter label={label} value={text} isFirst={isFirst} onChange={(typed) => onChange(typed || undefined)} />
    );
  const chosen = (words: readonly string[]) => onChange(words.length > 0 ? words : undefined);
  return <WordFilter label={label} words={kind} chosen={listOf(value)} onChange={chosen} />;
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
