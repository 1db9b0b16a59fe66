import type { Row } from './output.js';
import { valueAt } from './output.js';

/** Rows in the order of a tree, each behind its parent, with names that are indented by depth. */
export function asTree(rows: readonly Row[]): Row[] {
  const ids = new Set(rows.map(({ id }) => id));
  const children = new Map<unknown, Row[]>();
  for (const row of rows) {
    const parent = valueAt(row, 'parent.id');
    // One whose parent is not among them stands where the tree begins.
    const above = ids.has(parent) ? parent : null;
    children.set(above, [...(children.get(above) ?? []), row]);
  }
  const below = (id: unknown, depth: number): Row[] =>
    (children.get(id) ?? []).flatMap((row) => [
      { ...row, name: `${'  '.repeat(depth)}${row.name}` },
      ...below(row.id, depth + 1),
    ]);
  return below(null, 0);
}
