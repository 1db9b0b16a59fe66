/** A role that could be granted, with all roles that its holder then has: its own name too, when checks see it. */
export interface GrantableRole {
  readonly name: string;
  readonly brings: readonly string[];
}

export interface GrantSearch {
  /** The preferred ones first; those of the same weight are taken in this order. */
  readonly roles: readonly GrantableRole[];
  /** The roles that the check names, in lower case. Other roles matter to it only in that the caller has a role. */
  readonly named: ReadonlySet<string>;
  readonly held: readonly string[];
  readonly allows: (held: readonly string[]) => boolean;
}

/** Up to this many roles, every set of them is tried; with more, only pairs. */
const EXHAUSTIVE_MAX = 12;

/**
 * The missing roles: those that bring the least and make the check allow, so that no part of them is enough.
 *
 * @returns `none` when no set of roles would help, and `unknown` when there are too many to know.
 */
export function leastRoles({ roles, named, held, allows }: GrantSearch): readonly GrantableRole[] | 'none' | 'unknown' {
  const gainOf = (set: readonly GrantableRole[]) =>
    new Set(set.flatMap(({ brings }) => brings).filter((name) => !held.includes(name))).size;
  // One role in place of all those that the check does not name.
  const [neutral] = roles
    .filter(({ brings }) => !brings.some((name) => named.has(name)))
    .sort(by((one) => gainOf([one])));
  const candidates = roles.filter((role) => (role === neutral || named.has(role.name)) && gainOf([role]) > 0);
  const isExhaustive = candidates.length <= EXHAUSTIVE_MAX;
  // Sets that gain less, and then those with fewer roles, come first: so a part of a set is tried before the set.
  const sets = (isExhaustive ? allSets(candidates) : pairs(candidates)).sort(by((set) => set.length)).sort(by(gainOf));
  const found = sets.find((set) => allows([...new Set([...held, ...set.flatMap(({ brings }) => brings)])]));
  return found ?? (isExhaustive ? 'none' : 'unknown');
}

/** The held roles that a decision needs: it is the same with them, not with fewer. Roles of great weight go first. */
export function neededRoles(
  held: readonly string[],
  weightOf: (name: string) => number,
  allows: (held: readonly string[]) => boolean,
): readonly string[] {
  let needed: readonly string[] = [...held].sort(by((name) => -weightOf(name)));
  const without = (name: string) => needed.filter((one) => one !== name);
  // Where a check has `not`, a role that was needed at first may become spare later.
  for (;;) {
    const spare = needed.find((name) => allows(without(name)));
    if (spare === undefined) return needed;
    needed = without(spare);
  }
}

function by<T>(measure: (item: T) => number): (a: T, b: T) => number {
  return (a, b) => measure(a) - measure(b);
}

function allSets<T>(items: readonly T[]): (readonly T[])[] {
  const count = 2 ** items.length - 1;
  return Array.from({ length: count }, (_, n) => items.filter((_item, index) => (((n + 1) >> index) & 1) === 1));
}

function pairs<T>(items: readonly T[]): (readonly T[])[] {
  return items.flatMap((item, index) => [[item], ...items.slice(index + 1).map((other) => [item, other])]);
}
