/** A check that replaces the built-in one of its policy. */
export interface Override {
  readonly name: string;
  readonly check: string;
}

/** All overrides that are, were or would be in force together. */
export interface OverrideSet {
  readonly overrides: readonly Override[];
  readonly enforceNewDefaults: boolean;
}

/** A set as the API takes it. */
export const inputOf = ({ overrides, enforceNewDefaults }: OverrideSet) => ({
  overrides: overrides.map(({ name, check }) => ({ name, check })),
  enforceNewDefaults,
});

/** An override that is not the same in two sets; null where there is none. */
export interface Changed {
  readonly name: string;
  readonly before: string | null;
  readonly after: string | null;
}

export const checkIn = ({ overrides }: OverrideSet, name: string): string | null =>
  overrides.find((one) => one.name === name)?.check ?? null;

/** What changes when one set replaces another, by name. */
export function changedBetween(before: OverrideSet, after: OverrideSet): readonly Changed[] {
  const names = [...new Set([...before.overrides, ...after.overrides].map(({ name }) => name))].sort();
  return names
    .map((name) => ({ name, before: checkIn(before, name), after: checkIn(after, name) }))
    .filter((one) => one.before !== one.after);
}

/** The same set with another check for one policy; null for its default. */
export function withCheck(set: OverrideSet, name: string, check: string | null): OverrideSet {
  const others = set.overrides.filter((one) => one.name !== name);
  const overrides = check === null ? others : [...others, { name, check }];
  return { ...set, overrides: overrides.sort((one, other) => one.name.localeCompare(other.name)) };
}

interface Numbered extends OverrideSet {
  readonly number: number;
}

const NOTHING: OverrideSet = { overrides: [], enforceNewDefaults: true };

/**
 * The revisions that changed one policy, newest first, with what they changed.
 *
 * @param revisions Newest first.
 * @param isWhole Whether the last of them is the first that there ever was.
 */
export function changesOf<Revision extends Numbered>(
  name: string,
  revisions: readonly Revision[],
  isWhole: boolean,
): readonly (Changed & { readonly revision: Revision })[] {
  return revisions.flatMap((revision, place) => {
    const earlier = revisions[place + 1] ?? (isWhole ? NOTHING : null);
    if (earlier === null) return [];
    const change = { name, before: checkIn(earlier, name), after: checkIn(revision, name), revision };
    return change.before === change.after ? [] : [change];
  });
}

/** A decision that another set would change. */
interface Difference {
  readonly policy: string;
  readonly persona: string;
  readonly change: 'ALLOWED_TO_DENIED' | 'DENIED_TO_ALLOWED';
}

/** Names of callers for one change of one policy. */
interface Gain {
  readonly policy: string;
  readonly isGain: boolean;
  readonly personas: readonly string[];
}

/** Differences by policy and direction: who gains and who loses, each named once. */
export function gainsOf(differences: readonly Difference[]): readonly Gain[] {
  const found = new Map<string, Gain>();
  for (const { policy, persona, change } of differences) {
    const isGain = change === 'DENIED_TO_ALLOWED';
    const key = `${policy} ${isGain}`;
    const personas = found.get(key)?.personas ?? [];
    found.set(key, { policy, isGain, personas: [...new Set([...personas, persona])] });
  }
  return [...found.values()];
}
