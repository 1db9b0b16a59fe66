import { posix } from 'node:path';
import type { Mutant } from './mutations.js';

export interface Numbered {
  /** Above 0, of one mutant of the whole tree. */
  readonly id: number;
  readonly mutant: Mutant;
}

/** The module that switched files import, below the tree. */
export const SWITCH_FILE = 'src/mutant.ts';
/** What the module reads once for each process and thread: what `activeText` gives, or `REACHING`. */
export const ACTIVE_FILE = 'active-mutant';
/** Where it writes each switch that is read while `REACHING`, and minus its id once it is read often. */
export const REACHED_FILE = 'reached-mutants';
export const REACHING = 'reaching';
const OFTEN = 100_000;
/** A loop that reads the switch of a fault more often does not end: no run of all test files of a folder comes near. */
const READS_MAX = 10_000_000;
const OFTEN_READS_MAX = 1_000_000_000;

/** @param id 0 for no mutant. @param isOften Whether a test file reads its switch often without the fault. */
export const activeText = (id: number, isOften = false): string => `${id} ${isOften ? OFTEN_READS_MAX : READS_MAX}`;

/** A file and no variable of the environment: tests start processes and threads that get none of theirs. */
export const SWITCH_SOURCE = `import { appendFileSync, readFileSync } from 'node:fs';

const active = readFileSync(new URL('../${ACTIVE_FILE}', import.meta.url), 'utf8');
const [id, readsMax] = active.split(' ').map(Number);
const counts = new Map();
let count = 0;

function reaching(one) {
  const times = (counts.get(one) ?? 0) + 1;
  counts.set(one, times);
  if (times === 1 || times === ${OFTEN})
    appendFileSync(new URL('../${REACHED_FILE}', import.meta.url), \`\${times === 1 ? one : -one}\\n\`);
  return false;
}

function isActive(one) {
  if (one !== id) return false;
  count += 1;
  if (count > readsMax) process.kill(process.pid, 'SIGKILL');
  return true;
}

export const isMutant = active === '${REACHING}' ? reaching : isActive;
`;

/** A file's text with all its mutants in it, each behind a switch. */
export function switched(file: string, text: string, mutants: readonly Numbered[]): string {
  const outermostFirst = [...mutants].sort(({ mutant: a }, { mutant: b }) => a.start - b.start || b.end - a.end);
  const places = new Map<string, Numbered[]>();
  for (const one of outermostFirst) {
    const place = `${one.mutant.start} ${one.mutant.end}`;
    places.set(place, [...(places.get(place) ?? []), one]);
  }
  const path = posix.relative(posix.dirname(file), SWITCH_FILE.replace('.ts', '.js'));
  const header = `import { isMutant as __mutant } from '${path.startsWith('.') ? path : `./${path}`}'; `;
  return header + rendered(text, 0, text.length, [...places.values()]);
}

/** @param open What is still to come, outermost first; what lies before `to` is taken out of it. */
function rendered(text: string, from: number, to: number, open: Numbered[][]): string {
  let done = '';
  let at = from;
  for (let [first] = open[0] ?? []; first && first.mutant.start < to; [first] = open[0] ?? []) {
    const group = open.shift() ?? [];
    const { start, end } = first.mutant;
    done += text.slice(at, start) + behindSwitches(group, rendered(text, start, end, open));
    at = end;
  }
  return done + text.slice(at, to);
}

function behindSwitches(group: readonly Numbered[], original: string): string {
  const [first] = group;
  if (first?.mutant.replacement === null) return `{ if (!__mutant(${first.id})) ${original} }`;
  const faults = group.map(({ id, mutant }) => `__mutant(${id}) ? (${mutant.replacement}) : `);
  return `(${faults.join('')}(${original}))`;
}
