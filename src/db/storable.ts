import { isStorable } from '../platform/text.js';

/** As Postgres says it of NUL: `databaseFault` knows the code. */
class Unstorable extends Error {
  readonly code = '22021';
}

/**
 * Both drivers send half a surrogate pair as U+FFFD, so that a statement would look up, or store, another text than the
 * caller's.
 *
 * @throws Unstorable for such a parameter.
 */
export function requireStorable(parameters: readonly unknown[] | undefined): void {
  if (parameters?.every((value) => typeof value !== 'string' || isStorable(value)) ?? true) return;
  throw new Unstorable('A parameter has a character that Postgres cannot store.');
}
