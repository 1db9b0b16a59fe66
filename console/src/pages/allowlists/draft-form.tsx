import { type ChangeEvent, type ReactNode, useId } from 'react';
import field from '../../kit/field.module.css';
import css from './allowlists.module.css';
import { type Draft, EDITED_MAX, type Source } from './draft.js';

interface DraftFormProps {
  readonly draft: Draft;
  readonly onChange: (draft: Draft) => void;
}

/** The content of a revision: a runtime policy from a file or as it is typed, its excludes, and PCR values. */
export function DraftForm({ draft, onChange }: DraftFormProps) {
  const change = (part: Partial<Draft>) => onChange({ ...draft, ...part });
  return (
    <div className={css.form}>
      <SourceField source={draft.source} onChange={(source) => change({ source })} />
      <Lines
        label="Excludes"
        hint="Regular expressions of paths to leave out, one in a line, besides those in the list."
        value={draft.excludes}
        onChange={(excludes) => change({ excludes })}
      />
      <Lines
        label="PCR values of physical TPMs"
        hint={'Keylime’s JSON, such as {"7": ["…"]}.'}
        value={draft.tpmPolicy}
        onChange={(tpmPolicy) => change({ tpmPolicy })}
      />
      <Lines
        label="PCR values of virtual TPMs"
        hint="The same for virtual machines."
        value={draft.vtpmPolicy}
        onChange={(vtpmPolicy) => change({ vtpmPolicy })}
      />
    </div>
  );
}

interface SourceFieldProps {
  readonly source: Source;
  readonly onChange: (source: Source) => void;
}

function SourceField({ source, onChange }: SourceFieldProps) {
  const id = useId();
  const chosen = async ({ target }: ChangeEvent<HTMLInputElement>) => {
    const [file] = target.files ?? [];
    if (file === undefined) return;
    onChange(file.size > EDITED_MAX ? { kind: 'file', file } : { kind: 'text', text: await file.text() });
  };
  return (
    <fieldset className={css.box}>
      <legend>Runtime policy</legend>
      <label htmlFor={`${id}-file`}>From a file: Keylime’s JSON, or lines as sha256sum prints them</label>
      <input id={`${id}-file`} type="file" onChange={chosen} />
      {source.kind === 'text' ? (
        <Lines
          label="The list"
          hint="Each file that may run, with its digests."
          rows={14}
          value={source.text}
          onChange={(text) => onChange({ kind: 'text', text })}
        />
      ) : (
        <Large source={source} onChange={onChange} />
      )}
    </fieldset>
  );
}

function Large({ source, onChange }: { readonly source: Exclude<Source, { kind: 'text' }> } & SourceFieldProps) {
  const size = source.kind === 'file' ? source.file.size : source.size;
  return (
    <>
      <p role="status">
        {source.kind === 'file' ? <bdi>{source.file.name}</bdi> : 'The list of that revision'} (
        {size.toLocaleString('en')} bytes) is taken as it is: it is too large to be edited here.
      </p>
      <span>
        <button type="button" onClick={() => onChange({ kind: 'text', text: '' })}>
          Leave it out
        </button>
      </span>
    </>
  );
}

interface LinesProps {
  readonly label: string;
  readonly hint: ReactNode;
  readonly value: string;
  readonly rows?: number;
  readonly onChange: (value: string) => void;
}

function Lines({ label, hint, value, rows = 3, onChange }: LinesProps) {
  const id = useId();
  return (
    <div className={field.field}>
      <label htmlFor={id}>{label}</label>
      <textarea
        id={id}
        rows={rows}
        spellCheck={false}
        autoComplete="off"
        aria-describedby={`${id}-hint`}
        value={value}
        onChange={({ target }) => onChange(target.value)}
      />
      <p id={`${id}-hint`}>{hint}</p>
    </div>
  );
}
