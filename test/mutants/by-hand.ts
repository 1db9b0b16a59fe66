import { readFileSync } from 'node:fs';
import { isWhole, type Mutant } from './mutations.js';

/** A fault that a reader thought of, as no program does. */
export interface Fault {
  /** Below the root. */
  readonly file: string;
  /** The text of one expression, or of one statement that is left out. It is in the file once. */
  readonly before: string;
  /** An expression; null where the statement is left out. */
  readonly after: string | null;
  /** Who would see what. */
  readonly harm: string;
}

export const faultsIn = (path: string): Fault[] => JSON.parse(readFileSync(path, 'utf8'));

/** The fault in the file as it is today; null when the text has changed. @throws Error when it is no expression or statement. */
export function mutantOf(text: string, { file, before, after }: Fault): Mutant | null {
  const start = text.indexOf(before);
  if (start < 0) return null;
  const end = start + before.length;
  const is = (problem: string) => new Error(`A fault in ${file} ${problem}: ${before}`);
  if (text.indexOf(before, start + 1) >= 0) throw is('has more than one place');
  if (!isWhole(text, start, end, after === null)) throw is(`is no ${after === null ? 'statement' : 'expression'}`);
  const line = text.slice(0, start + sameAtFirst(before, after ?? '')).split('\n').length;
  return { kind: 'written', line, start, end, replacement: after === null ? null : `(${after})` };
}

/** How many characters two texts begin with alike: what differs may be some lines below. */
function sameAtFirst(a: string, b: string): number {
  const different = a.split('').findIndex((character, n) => character !== b[n]);
  return Math.max(different, 0);
}
