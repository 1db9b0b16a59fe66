interface Node {
  readonly id: string;
  readonly name: string;
  readonly parent: { readonly id: string } | null;
}

/** Rows as a tree, each after its parent, with names indented by depth. */
export function asTree<Item extends Node>(rows: readonly Item[]): Item[] {
  const ids = new Set(rows.map(({ id }) => id));
  const children = new Map<string | null, Item[]>();
  for (const row of rows) {
    // A row whose parent is not in the list is at the top level.
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
