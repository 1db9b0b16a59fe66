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
