import { quote, stepsOf, valueCases } from './completion-cases.js';
import type { Flag, Place } from './completion-places.js';

/** A script for bash 3.2 and later. */
export const bash = (
  places: readonly Place[],
): string => `# bash completion for bailiwick; made by: bailiwick completion bash
_bailiwick() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} place='' word index
  COMPREPLY=()
  # bash takes --output=json apart into three words.
  if [[ $current == '=' ]]; then current=''
  elif [[ $previous == '=' ]]; then previous=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for ((index = 1; index < COMP_CWORD; index++)); do
    word=\${COMP_WORDS[index]}
    case "$place $word" in
      ${stepsOf(places)}) place=\${place:+$place }$word ;;
    esac
  done
  case "$place:$previous" in
${valueCases(places, actionOf)}
  esac
  case "$place" in
${places.map(wordsOf).join('\n')}
  esac
}
complete -F _bailiwick bailiwick`;

/** Outside of a completion, as in a test, there are no options of one. */
const FILES = 'compopt -o filenames 2>/dev/null; COMPREPLY+=($(compgen -f -- "$current"))';

function actionOf({ value }: Flag): string | null {
  if (value.kind === 'none') return null;
  if (value.kind === 'any') return ':';
  if (value.kind === 'file') return FILES;
  const words = quote(value.words.join(' '));
  if (value.kind === 'word') return `COMPREPLY=($(compgen -W ${words} -- "$current"))`;
  return `word=; [[ $current == *,* ]] && word=\${current%,*},; COMPREPLY=($(compgen -W ${words} -P "$word" -- "\${current##*,}"))`;
}

function wordsOf({ path, next, flags, takesFile }: Place): string {
  const words = [...next.map(({ text }) => text), ...flags.flatMap(({ names }) => names)];
  const files = takesFile ? `; ${FILES}` : '';
  return `    ${quote(path)}) COMPREPLY=($(compgen -W ${quote(words.join(' '))} -- "$current"))${files} ;;`;
}
