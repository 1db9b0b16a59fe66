/** A node of a plan, as EXPLAIN (ANALYZE, FORMAT JSON) says it. */
export interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Actual Rows'?: number;
  readonly 'Actual Loops'?: number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly 'Rows Removed by Join Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

/** The months of partitions pass; what is done to one is done to each. */
const monthless = (name: string) => name.replace(/_\d{6}/, '_month');

/** Months have only what the server itself wrote, so that which of their indexes is taken is chance. */
export const isOfMonth = (node: PlanNode): boolean => /_\d{6}$/.test(node['Relation Name'] ?? '');

/**
 * A plan in lines: what is done, to what, by which index, indented as it nests. Figures are left out, and so are the
 * nodes that `isLeft` says.
 */
export function linesOf(node: PlanNode, depth = 0, isLeft: (node: PlanNode) => boolean = () => false): string[] {
  const words = [node['Node Type'], node['Relation Name'], node['Index Name'] && `by ${node['Index Name']}`];
  const line = '  '.repeat(depth) + monthless(words.filter((word) => word !== undefined).join(' '));
  const parts = (node.Plans ?? [])
    .filter((inner) => !isLeft(inner))
    .map((inner) =>
      linesOf(inner, depth + 1, isLeft)
        .map(monthless)
        .join('\n'),
    );
  return [line, ...new Set(parts)];
}

/**
 * How many rows a plan reads, those included that it takes away again: what it walks, what it sorts. A bitmap is counted
 * twice, as it is read twice.
 */
export function rowsRead(node: PlanNode): number {
  const below = (node.Plans ?? []).map(rowsRead).reduce((sum, rows) => sum + rows, 0);
  const loops = node['Actual Loops'] ?? 0;
  const removed =
    loops * sumOf(node, ['Rows Removed by Filter', 'Rows Removed by Index Recheck', 'Rows Removed by Join Filter']);
  const own = /Scan$/.test(node['Node Type']) ? loops * (node['Actual Rows'] ?? 0) : 0;
  return below + own + removed;
}

const sumOf = (node: PlanNode, keys: readonly (keyof PlanNode)[]) =>
  keys.reduce((sum, key) => sum + Number(node[key] ?? 0), 0);
