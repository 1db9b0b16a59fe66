import { type FormEvent, useId } from 'react';
import css from './allowlists.module.css';
import type { useRevisions } from './revisions.js';

type Edges = NonNullable<ReturnType<typeof useRevisions>['edges']>;

interface RevisionChoiceProps {
  readonly edges: Edges;
  readonly from: number;
  readonly to: number;
  readonly onChoose: (chosen: { readonly from: string; readonly to: string }) => void;
}

/** Two revisions to compare. */
export function RevisionChoice({ edges, from, to, onChoose }: RevisionChoiceProps) {
  const submitted = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    onChoose({ from: String(given.get('from')), to: String(given.get('to')) });
  };
  return (
    <form className={css.choice} onSubmit={submitted}>
      <OneRevision label="From" name="from" edges={edges} chosen={from} />
      <OneRevision label="To" name="to" edges={edges} chosen={to} />
      <button type="submit">Compare</button>
    </form>
  );
}

interface OneRevisionProps {
  readonly label: string;
  readonly name: string;
  readonly edges: Edges;
  readonly chosen: number;
}

function OneRevision({ label, name, edges, chosen }: OneRevisionProps) {
  const id = useId();
  return (
    <>
      <label htmlFor={id}>{label}</label>
      <select id={id} name={name} defaultValue={chosen}>
        {edges.map(({ node }) => (
          <option key={node.id} value={node.number}>
            {node.number} · {new Date(node.createdAt).toLocaleString('en-GB')}
          </option>
        ))}
      </select>
    </>
  );
}
