import { ScopedLink } from '../../kit/scoped-link.js';
import css from './allowlists.module.css';
import type { Entry } from './runtime-policy.js';

interface ProposalBoxProps {
  readonly agent: { readonly id: string; readonly name: string } | null;
  readonly entries: readonly Entry[];
  readonly chosen: readonly Entry[];
  readonly onChange: (chosen: readonly Entry[]) => void;
}

/** The files that a machine ran and the list lacks: the person says which of them belong there. */
export function ProposalBox({ agent, entries, chosen, onChange }: ProposalBoxProps) {
  return (
    <fieldset className={css.box}>
      <legend>Files to add</legend>
      <p>
        {agent && <ScopedLink path={['agents', agent.id]}>{agent.name}</ScopedLink>} ran these, and the list does not
        have them. Add a file only when you know where it comes from: every machine that is bound to the list may run it
        then.
      </p>
      {entries.map((entry) => (
        <label key={`${entry.digest} ${entry.path}`}>
          <input
            type="checkbox"
            checked={chosen.includes(entry)}
            onChange={({ target }) =>
              onChange(entries.filter((one) => (one === entry ? target.checked : chosen.includes(one))))
            }
          />{' '}
          <bdi>{entry.path}</bdi> <code>{entry.digest}</code>
        </label>
      ))}
    </fieldset>
  );
}
