import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect: (options?: { type: 'minor' }) => void = runInNewContext('gc');

/** Frees memory that nothing refers to any more. Node ignores shared memory when it decides to collect by itself. */
export function collectGarbage(): void {
  // Node.js 20 takes any argument as the wish to collect only young objects.
  collect();
}

/** The same only for objects that lived briefly. It takes a millisecond. */
export function collectYoungGarbage(): void {
  collect({ type: 'minor' });
}
