import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect: (options: { type: 'major' | 'minor' }) => void = runInNewContext('gc');

/**
 * Frees memory now that nothing refers to any more. Shared memory does not count for when that would happen by itself. A
 * minor collection takes a millisecond, and frees what was used for a short while.
 */
export function collectGarbage(type: 'major' | 'minor'): void {
  collect({ type });
}
