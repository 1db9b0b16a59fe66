import { Badge, type Tone } from './badge.js';
import css from './explanation.module.css';
import { type ExplainedPart, type PartNode, treesOf } from './explanation-tree.js';

const TONES: Readonly<Record<ExplainedPart['value'], Tone>> = {
  TRUE: 'good',
  FALSE: 'bad',
  ABSENT: 'warn',
  OPEN: 'waiting',
};

/** Why a decision came out as it did: what decides is open, the rest can be opened. */
export function Explanation({ checks }: { readonly checks: readonly ExplainedPart[] }) {
  return (
    <ul className={css.tree}>
      {treesOf(checks).map((node, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a check stay in their order, and can be equal.
        <Branch key={place} node={node} />
      ))}
    </ul>
  );
}

function Branch({ node: { part, parts } }: { readonly node: PartNode }) {
  if (parts.length === 0)
    return (
      <li>
        <Part part={part} />
      </li>
    );
  return (
    <li>
      <details open={part.isDeciding}>
        <summary>
          <Part part={part} />
        </summary>
        <ul>
          {parts.map((node, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: as above.
            <Branch key={place} node={node} />
          ))}
        </ul>
      </details>
    </li>
  );
}

function Part({
  part: { check, value, isBoundary, isDeciding, held, target, depth },
}: {
  readonly part: ExplainedPart;
}) {
  return (
    <span className={css.part}>
      {depth === 0 && <span>{isBoundary ? 'Boundary' : 'Check'}</span>}
      <code className={isDeciding ? css.deciding : undefined}>{check}</code>
      <Badge state={value} tone={TONES[value]} />
      {isDeciding && <span className="unseen">decides</span>}
      {held && <span>the caller has {wordsOf(held)}</span>}
      {target && <span>the object has {wordsOf(target)}</span>}
    </span>
  );
}

const wordsOf = (values: readonly string[]) => (values.length === 0 ? 'nothing' : values.join(', '));
