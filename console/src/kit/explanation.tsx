import { Badge, type Tone } from './badge.js';
import css from './explanation.module.css';

/** A part of a check and its value; the parts of a tree come in order, each after what it is a part of. */
export interface ExplainedPart {
  readonly depth: number;
  readonly check: string;
  readonly value: 'TRUE' | 'FALSE' | 'ABSENT' | 'OPEN';
  readonly isBoundary: boolean;
  readonly isDeciding: boolean;
  readonly held: readonly string[] | null;
  readonly target: readonly string[] | null;
}

const TONES: Readonly<Record<ExplainedPart['value'], Tone>> = {
  TRUE: 'good',
  FALSE: 'bad',
  ABSENT: 'warn',
  OPEN: 'waiting',
};

/** A part with what it is made of. */
export interface PartNode {
  readonly part: ExplainedPart;
  readonly parts: readonly PartNode[];
}

/** Trees of a list in which each part comes before its own parts, one deeper. */
export function treesOf(parts: readonly ExplainedPart[], depth = 0): readonly PartNode[] {
  return parts.flatMap((part, place) => {
    if (part.depth !== depth) return [];
    const end = parts.findIndex((later, index) => index > place && later.depth <= depth);
    return [{ part, parts: treesOf(parts.slice(place + 1, end < 0 ? undefined : end), depth + 1) }];
  });
}

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
