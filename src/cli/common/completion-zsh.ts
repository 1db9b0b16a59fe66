import { quote, stepsOf, valueCases } from './completion-cases.js';
import type { Flag, Place, Word } from './completion-places.js';

/** A script for zsh 5 and later. */
export const zsh = (places: readonly Place[]): string => `#compdef bailiwick
# zsh completion for bailiwick; made by: bailiwick completion zsh
_bailiwick() {
  local place='' word
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$place $word" in
      ${stepsOf(places)}) place=\${place:+$place }$word ;;
    esac
  done
  case "$place:\${words[CURRENT-1]}" in
${valueCases(places, actionOf)}
  esac
  local -a found
  case "$place" in
${places.map(wordsOf).join('\n')}
  esac
  _describe 'bailiwick' found
}
if [[ $funcstack[1] == _bailiwick ]]; then _bailiwick "$@"; else compdef _bailiwick bailiwick; fi`;

function actionOf({ value }: Flag): string | null {
  if (value.kind === 'none') return null;
  if (value.kind === 'any') return "_message 'a value'";
  if (value.kind === 'file') return '_files';
  const words = value.words.map(quote).join(' ');
  return value.kind === 'list' ? `_values -s , 'columns' ${words}` : `compadd -- ${words}`;
}

function wordsOf({ path, next, flags, takesFile }: Place): string {
  const words = [...next, ...flags.flatMap(({ names, summary }) => names.map((text) => ({ text, summary })))];
  return `    ${quote(path)}) found=(${words.map(described).join(' ')})${takesFile ? '; _files' : ''} ;;`;
}

const described = ({ text, summary }: Word) => quote(`${text.replaceAll(':', '\\:')}:${summary}`);
