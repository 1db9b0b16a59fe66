interface Node {
  readonly id: string;
  readonly name: string;
  readonly parent: { readonly id: string } | null;
}

/** Rows in the order of a tree, each behind its parent, with names that are indented by depth. */
export function asTree<Item extends Node>(rows: readonly Item[]): Item[] {
  const ids = new Set(rows.map(({ id }) => id));
  const children = new Map<string | null, Item[]>();
  for (const row of rows) {
    // One whose parent is not among them stands where the tree begins.
    const above = row.parent !== null && ids.has(row.parent.id) ? row.parent.id : null;
    children.set(above, [...(children.get(above) ?? []), row]);
  }
  const below = (id: string | null, depth: number): Item[] =>
    (children.get(id) ?? []).flatMap((row) => [
      { ...row, name: `${'  '.repeat(depth)}${row.name}` },
      ...below(row.id, depth + 1),
    ]);
  return below(null, 0);
}
