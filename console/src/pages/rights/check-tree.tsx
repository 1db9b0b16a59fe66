import type { WhyNotQuery } from '../../generated/documents.js';
import { Badge } from '../../kit/badge.js';
import css from './rights.module.css';
import { type Node, treesOf } from './tree.js';
import { VALUES } from './words.js';

type Check = NonNullable<WhyNotQuery['explainDecision']>['checks'][number];

/** The parts of a decision; what decides it is open. */
export function CheckTree({ checks }: { readonly checks: readonly Check[] }) {
  return (
    <ul className={css.tree}>
      {treesOf(checks).map((node) => (
        <CheckNode key={`${node.check.isBoundary} ${node.check.check}`} node={node} />
      ))}
    </ul>
  );
}

function CheckNode({ node: { check, parts } }: { readonly node: Node<Check> }) {
  if (parts.length === 0) return <Leaf check={check} />;
  return (
    <li>
      <details open={check.isDeciding}>
        <summary>
          <Line check={check} />
        </summary>
        <ul>
          {parts.map((part, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a part stays at its place.
            <CheckNode key={place} node={part} />
          ))}
        </ul>
      </details>
    </li>
  );
}

const isFailing = ({ isDeciding, value }: Check) => isDeciding && (value === 'FALSE' || value === 'ABSENT');

function Leaf({ check }: { readonly check: Check }) {
  const { held, target } = check;
  return (
    <li className={isFailing(check) ? css.failing : undefined}>
      <Line check={check} />
      {(held || target) && (
        <p>
          {held && <>They have {held.length === 0 ? 'none' : held.join(', ')}. </>}
          {target && <>The object has {target.length === 0 ? 'none' : target.join(', ')}.</>}
        </p>
      )}
    </li>
  );
}

function Line({ check: { check, value, depth, isBoundary } }: { readonly check: Check }) {
  const [word, tone] = VALUES[value];
  return (
    <>
      <Badge state={word} tone={tone} /> {depth === 0 && (isBoundary ? 'Is the object in the scope: ' : 'May they: ')}
      <code>{check}</code>
    </>
  );
}
