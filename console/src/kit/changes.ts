/** What a person sees of an object, by name: compared when it changed under an open dialog. */
export type Facts = Readonly<Record<string, string>>;

/** One thing that is not as it was. */
export interface Difference {
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

/** What differs between an object as it was reviewed and as it is. */
export function differencesOf(before: Facts, after: Facts): readonly Difference[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names
    .map((name) => ({ name, before: before[name] ?? '—', after: after[name] ?? '—' }))
    .filter((one) => one.before !== one.after);
}
