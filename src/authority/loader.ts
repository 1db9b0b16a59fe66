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
    const owner = ownerOf(context);
    let loader = loaders.get(owner);
    if (loader === undefined) {
      loader = newLoader((keys) => batch(context, keys));
      loaders.set(owner, loader);
    }
    return loader;
  };
}

/**
 * The same for a field with arguments, such as a page below each object of a list: what is asked with equal arguments
 * loads together. The arguments are values of JSON.
 */
export function defineLoaderOf<Args extends object, Value, Key extends string = string>(
  batch: (context: Context, keys: readonly Key[], args: Args) => Promise<ReadonlyMap<Key, Value>>,
): (context: Context, args: Args) => DataLoader<Key, Value | null> {
  const loaders = new WeakMap<object, Map<string, DataLoader<Key, Value | null>>>();
  return (context, args) => {
    const owner = ownerOf(context);
    const byArgs = loaders.get(owner) ?? new Map<string, DataLoader<Key, Value | null>>();
    loaders.set(owner, byArgs);
    const asked = JSON.stringify(args);
    const loader = byArgs.get(asked) ?? newLoader((keys: readonly Key[]) => batch(context, keys, args));
    byArgs.set(asked, loader);
    return loader;
  };
}

const ownerOf = (context: Context): object => context.loadsFor ?? context;

function newLoader<Key extends string, Value>(
  read: (keys: readonly Key[]) => Promise<ReadonlyMap<Key, Value>>,
): DataLoader<Key, Value | null> {
  return new DataLoader(
    async (keys) => {
      const found = await read(keys);
      return keys.map((key) => found.get(key) ?? null);
    },
    { maxBatchSize: BATCH_MAX },
  );
}

/** Rows by their id, as a loader's batch answers them. */
export function byId<Row extends { id: string }>(rows: readonly Row[]): Map<Row['id'], Row> {
  return new Map(rows.map((row) => [row.id, row]));
}
