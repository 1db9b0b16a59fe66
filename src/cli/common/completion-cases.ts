import type { Flag, Place } from './completion-places.js';

/** Text as bash and zsh read it without changing it. */
export const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** A place and the word that leads to it, with a space between; the patterns of a `case`. */
export const stepsOf = (places: readonly Place[]): string =>
  places.flatMap(({ path }) => (path === '' ? [] : quote(path.includes(' ') ? path : ` ${path}`))).join(' | ');

/**
 * The branches of a `case` over place and flag, for what follows a flag.
 * @param actionOf The commands that complete the value of a flag; null for a flag without one.
 */
export function valueCases(places: readonly Place[], actionOf: (flag: Flag) => string | null): string {
  const branches = places.flatMap(({ path, flags }) =>
    flags.flatMap((flag) => {
      const action = actionOf(flag);
      const pattern = flag.names.map((name) => quote(`${path}:${name}`)).join(' | ');
      return action === null ? [] : [`    ${pattern}) ${action}; return ;;`];
    }),
  );
  return branches.join('\n');
}
