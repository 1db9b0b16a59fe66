/** Prints how many of each kind there were, the most first. */
export function report(title: string, counts: ReadonlyMap<string, number>, of: number): void {
  process.stdout.write(`${title}\n`);
  for (const [name, count] of [...counts].sort((a, b) => b[1] - a[1]))
    process.stdout.write(`  ${String(count).padStart(5)}  ${((100 * count) / of).toFixed(1).padStart(4)} %  ${name}\n`);
}

export function countBy<Item>(items: readonly Item[], nameOf: (item: Item) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(nameOf(item), (counts.get(nameOf(item)) ?? 0) + 1);
  return counts;
}
