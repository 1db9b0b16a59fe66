import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect: (options?: { type: 'minor' }) => void = runInNewContext('gc');

/** Frees memory now that nothing refers to any more. Shared memory does not count for when that would happen by itself. */
export function collectGarbage(): void {
  // Node.js 20 takes any argument for the wish to collect what is young.
  collect();
}

/** The same for what was used for a short while alone. It takes a millisecond. */
export function collectYoungGarbage(): void {
  collect({ type: 'minor' });
}
