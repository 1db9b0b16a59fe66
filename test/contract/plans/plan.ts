/** A node of a plan, as EXPLAIN (FORMAT JSON) says it. */
export interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly Plans?: readonly PlanNode[];
}

/** Tables of a few rows, which are walked whatever is asked. */
const SMALL: ReadonlySet<string> = new Set(['authorization_epoch', 'policy_candidate_changes', 'policy_overrides']);

/** The months of partitions pass; what is done to one is done to each. */
const monthless = (name: string) => name.replace(/_\d{6}/, '_month');
const isMonth = (name: string | undefined) => name !== undefined && monthless(name) !== name;

/** A plan in lines: what is done, to what, by which index, indented as it nests. Figures are left out. */
export function linesOf(node: PlanNode, depth = 0): string[] {
  const words = [node['Node Type'], node['Relation Name'], node['Index Name'] && `by ${node['Index Name']}`];
  const line = '  '.repeat(depth) + monthless(words.filter((word) => word !== undefined).join(' '));
  const parts = (node.Plans ?? []).map((inner) =>
    linesOf(inner, depth + 1)
      .map(monthless)
      .join('\n'),
  );
  return [line, ...new Set(parts)];
}

/**
 * What in a plan grows with the table: it is walked whole, or all that matches is sorted before the first row is known.
 * The fleet has no rows in the partitions of months.
 */
export function walksOf(node: PlanNode): string[] {
  const table = node['Relation Name'];
  const own =
    node['Node Type'] === 'Seq Scan' && !SMALL.has(table ?? '') && !isMonth(table)
      ? [`walks ${table}`]
      : node['Node Type'] === 'Sort'
        ? [`sorts ${tablesBelow(node).join(', ')}`]
        : [];
  return [...own, ...(node.Plans ?? []).flatMap(walksOf)];
}

const tablesBelow = (node: PlanNode): string[] => [
  ...new Set([
    ...(node['Relation Name'] ? [monthless(node['Relation Name'])] : []),
    ...(node.Plans ?? []).flatMap(tablesBelow),
  ]),
];
