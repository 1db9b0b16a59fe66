import type { Change, Section } from './diff.js';
import css from './diff-view.module.css';

const SIGNS = { added: '+', removed: '−', changed: '±' } as const;

/** What is different, part by part. Each change is told by a word and a sign, and the colour only helps. */
export function DiffView({ sections }: { readonly sections: readonly Section[] }) {
  if (sections.length === 0) return <p>Nothing is different.</p>;
  return (
    <div className={css.diff}>
      {sections.map(({ title, changes, total }) => (
        <section key={title}>
          <h3>
            {title} <span>{countsOf(changes, total)}</span>
          </h3>
          {/* A long list scrolls in its place, and is reached with the keys for that. */}
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: without it, the keyboard alone cannot scroll it. */}
          <section className={css.scroll} aria-label={title} tabIndex={0}>
            <table>
              <thead className="unseen">
                <tr>
                  <th scope="col">Change</th>
                  <th scope="col">What</th>
                </tr>
              </thead>
              <tbody>
                {changes.map((change) => (
                  <ChangeRow key={change.name} change={change} />
                ))}
              </tbody>
            </table>
          </section>
          {total > changes.length && (
            <p>
              The first {changes.length} of {total.toLocaleString('en')} are shown.
            </p>
          )}
        </section>
      ))}
    </div>
  );
}

function ChangeRow({ change: { kind, name, before, after } }: { readonly change: Change }) {
  return (
    <tr className={css[kind]}>
      <td>
        <span aria-hidden="true">{SIGNS[kind]}</span> {kind}
      </td>
      <td>
        <bdi className={css.name}>{name}</bdi>
        {before.map((digest) => (
          <del key={digest}>{digest}</del>
        ))}
        {after.map((digest) => (
          <ins key={digest}>{digest}</ins>
        ))}
      </td>
    </tr>
  );
}

function countsOf(changes: readonly Change[], total: number): string {
  if (total > changes.length) return `${total.toLocaleString('en')} changes`;
  const count = (kind: Change['kind']) => changes.filter((one) => one.kind === kind).length;
  const kinds = (['added', 'removed', 'changed'] as const).filter((kind) => count(kind) > 0);
  return kinds.map((kind) => `${count(kind)} ${kind}`).join(', ');
}
