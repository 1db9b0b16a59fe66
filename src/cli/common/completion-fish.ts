import type { Flag, Place } from './completion-places.js';

/** A script for fish 3 and later. */
export const fish = (
  places: readonly Place[],
): string => `# fish completion for bailiwick; made by: bailiwick completion fish
function __bailiwick_at
    set -l place ''
    for word in (commandline -opc)[2..-1]
        if contains -- (string trim -- "$place $word") ${places.flatMap(({ path }) => (path === '' ? [] : quote(path))).join(' ')}
            set place (string trim -- "$place $word")
        end
    end
    test "$place" = "$argv[1]"
end
complete -c bailiwick -f
${places.flatMap(linesOf).join('\n')}`;

const quote = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

function linesOf({ path, next, flags, takesFile }: Place): string[] {
  const start = `complete -c bailiwick -n ${quote(`__bailiwick_at ${quote(path)}`)}`;
  return [
    ...(takesFile ? [`${start} -F`] : []),
    ...next.map(({ text, summary }) => `${start} -a ${quote(text)} -d ${quote(summary)}`),
    ...flags.map((flag) => `${start} ${flagOf(flag)} -d ${quote(flag.summary)}`),
  ];
}

function flagOf({ names, value }: Flag): string {
  const spelled = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
  if (value.kind === 'none') return spelled.join(' ');
  if (value.kind === 'file') return [...spelled, '-rF'].join(' ');
  if (value.kind === 'any') return [...spelled, '-x'].join(' ');
  const words = quote(value.words.join(' '));
  const list = `(__fish_complete_list , "string split ' ' -- ${value.words.join(' ')}")`;
  return [...spelled, `-x -a ${value.kind === 'list' ? quote(list) : words}`].join(' ');
}
