/** A part of a check with the parts that it is made of. */
export interface Node<Check> {
  readonly check: Check;
  readonly parts: readonly Node<Check>[];
}

/** The trees in a list in which each node stands before its parts, one deeper. */
export function treesOf<Check extends { readonly depth: number }>(checks: readonly Check[]): readonly Node<Check>[] {
  const roots: Growing<Check>[] = [];
  const above: Growing<Check>[] = [];
  for (const check of checks) {
    const node: Growing<Check> = { check, parts: [] };
    (check.depth === 0 ? roots : (above[check.depth - 1]?.parts ?? roots)).push(node);
    above[check.depth] = node;
  }
  return roots;
}

interface Growing<Check> {
  readonly check: Check;
  readonly parts: Growing<Check>[];
}
