import { invalid } from './errors.js';

/** Most values in a list of an input. Each can be a parameter of a statement, and a statement has at most 65,535. */
export const VALUES_MAX = 1000;

/** @throws UserErrors INVALID for a list of an input with more values than that. */
export function requireShort(values: readonly unknown[] | null | undefined, ...path: string[]): void {
  if (values != null && values.length > VALUES_MAX)
    throw invalid(`A list must have at most ${VALUES_MAX} values.`, ...path);
}
