import DataLoader from 'dataloader';
import type { Context } from './context.js';

const BATCH_MAX = 1000;

/**
 * Declares a batch read. Each request, or each group of contexts with a common `loadsFor`, gets its own DataLoader on
 * first use, so that nothing read for one caller ever reaches another. Keys that are hidden or missing load as null.
 */
export function defineLoader<Value, Key extends string = string>(
  batch: (context: Context, keys: readonly Key[]) => Promise<ReadonlyMap<Key, Value>>,
): (context: Context) => DataLoader<Key, Value | null> {
  const loaders = new WeakMap<object, DataLoader<Key, Value | null>>();
  return (context) => {
    const owner = context.loadsFor ?? context;
    let loader = loaders.get(owner);
    if (loader === undefined) {
      loader = new DataLoader(
        async (keys) => {
          const found = await batch(context, keys);
          return keys.map((key) => found.get(key) ?? null);
        },
        { maxBatchSize: BATCH_MAX },
      );
      loaders.set(owner, loader);
    }
    return loader;
  };
}

/** Rows by their id, as a loader's batch answers them. */
export function byId<Row extends { id: string }>(rows: readonly Row[]): Map<Row['id'], Row> {
  return new Map(rows.map((row) => [row.id, row]));
}
