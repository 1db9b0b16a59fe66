import type { Check } from '../language/ast.js';
import { printCheck } from '../language/print.js';
import { ABSENT, and, FALSE, mayBeTrue, not, OPEN, or, TRUE, type Truth } from '../language/truth.js';
import { type Circumstance, circumstanceOf, excludes, type World } from './circumstances.js';

/** How many partial assignments a search tries before it gives up; our own defaults need less than a hundredth. */
const STEPS_MAX = 20_000;

/** How many steps several searches may take in total. */
export interface SearchBudget {
  steps: number;
}

/** Circumstances under which a check allows: the value of each atom, in the language's own words. */
export type Witness = readonly { readonly atom: string; readonly value: 'TRUE' | 'FALSE' | 'ABSENT' }[];

/** `none` proves that there are none; `unknown` means that the search gave up. */
export type SearchResult = { readonly found: Witness } | 'none' | 'unknown';

/**
 * Searches for circumstances under which `check` allows and `unless` does not. Atoms take any value that `world` does
 * not exclude, so `none` for a new check and its default proves that the new one gives no access beyond the default.
 */
export function findAccess(
  check: Check,
  unless: Check | undefined,
  world: World,
  budget: SearchBudget = { steps: STEPS_MAX },
): SearchResult {
  const search = new Search(world, budget);
  const allows = search.read(check);
  const allowed = unless === undefined ? () => FALSE : search.read(unless);
  return search.run(allows, allowed);
}

type Evaluate = (values: readonly Truth[], unassigned: Truth) => Truth;

class Search {
  readonly #world: World;
  readonly #atoms: { readonly text: string; readonly circumstance: Circumstance }[] = [];
  readonly #values: Truth[] = [];
  readonly #budget: SearchBudget;
  #steps = 0;

  constructor(world: World, budget: SearchBudget) {
    this.#world = world;
    this.#budget = budget;
  }

  read(check: Check): Evaluate {
    switch (check.kind) {
      case 'constant':
        return () => (check.allows ? TRUE : FALSE);
      case 'rule':
        return this.read(check.body);
      case 'not': {
        const operand = this.read(check.of);
        return (values, unassigned) => not(operand(values, unassigned));
      }
      case 'and':
      case 'or': {
        const operands = check.of.map((operand) => this.read(operand));
        const [join, start] = check.kind === 'and' ? [and, TRUE] : [or, FALSE];
        return (values, unassigned) =>
          operands.reduce((value, operand) => join(value, operand(values, unassigned)), start);
      }
      case 'role':
      case 'comparison': {
        const circumstance = circumstanceOf(check, this.#world);
        if (circumstance.kind === 'fixed') return () => circumstance.value;
        const index = this.#indexOf(printCheck(check), circumstance);
        return (values, unassigned) => values[index] ?? unassigned;
      }
    }
  }

  #indexOf(printed: string, circumstance: Circumstance): number {
    const text = circumstance.kind === 'role' ? printed.toLowerCase() : printed;
    const known = this.#atoms.findIndex((atom) => atom.text === text);
    return known >= 0 ? known : this.#atoms.push({ text, circumstance }) - 1;
  }

  run(allows: Evaluate, allowed: Evaluate): SearchResult {
    if (this.#steps++ > STEPS_MAX || this.#budget.steps-- <= 0) return 'unknown';
    const values = this.#values;
    // Unassigned atoms as OPEN give the most that can be allowed, as ABSENT the least.
    if (!mayBeTrue(allows(values, OPEN)) || mayBeTrue(allowed(values, ABSENT))) return 'none';
    const index = values.length;
    if (index === this.#atoms.length) return { found: this.#witness() };
    for (const value of [TRUE, FALSE, ABSENT]) {
      if (this.#isExcluded(index, value)) continue;
      values.push(value);
      const result = this.run(allows, allowed);
      values.pop();
      if (result !== 'none') return result;
    }
    return 'none';
  }

  #isExcluded(index: number, value: Truth): boolean {
    const circumstance = this.#atoms[index]?.circumstance;
    return this.#values.some((other, earlier) => {
      const before = this.#atoms[earlier]?.circumstance;
      return circumstance !== undefined && before !== undefined && this.#clash(circumstance, value, before, other);
    });
  }

  #clash(a: Circumstance, aValue: Truth, b: Circumstance, bValue: Truth): boolean {
    return excludes(a, aValue, b, bValue, this.#world) || excludes(b, bValue, a, aValue, this.#world);
  }

  #witness(): Witness {
    return this.#atoms.map(({ text }, index) => {
      const value = this.#values[index];
      return { atom: text, value: value === TRUE ? 'TRUE' : value === FALSE ? 'FALSE' : 'ABSENT' };
    });
  }
}
