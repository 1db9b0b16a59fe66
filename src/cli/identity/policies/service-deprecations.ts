/** The text width of comments by `oslopolicy-sample-generator`, without the leading `# `. */
const WIDTH = 68;
/** Lines of one deprecation: enough for two of the longest checks that can be read. */
const LINES_MAX = 256;

const START = '# DEPRECATED';
const DEPRECATION = /^"([^"]*)":"(.*?)" has been deprecated since .*? in favor of "([^"]*)":"/;

/** The deprecated checks in the comments of a sample, by the name of the rule that replaces them. */
export function deprecationsIn(
  lines: readonly string[],
): ReadonlyMap<string, { readonly name: string; readonly check: string }> {
  const found = new Map<string, { name: string; check: string }>();
  for (const [index, line] of lines.entries()) {
    if (line.trimEnd() !== START) continue;
    const [, name, check, successor] = DEPRECATION.exec(unwrap(commentAfter(lines, index))) ?? [];
    if (name !== undefined && check !== undefined && successor !== undefined) found.set(successor, { name, check });
  }
  return found;
}

/** The text of a comment below its first line. */
function commentAfter(lines: readonly string[], start: number): readonly string[] {
  const text: string[] = [];
  for (let next = start + 1; text.length < LINES_MAX; next += 1) {
    const line = lines[next]?.trimEnd() ?? '';
    if (!line.startsWith('# ') || line === START || line.length > WIDTH + 2) break;
    text.push(line.slice(2));
  }
  return text;
}

/**
 * Joins the lines of one paragraph that Python's `textwrap` split: it breaks at spaces, after hyphens, and in words
 * longer than a line.
 */
function unwrap(lines: readonly string[]): string {
  return lines
    .map((line, index) => {
      const next = lines[index + 1];
      return next === undefined || isBrokenWord(line, next) ? line : `${line} `;
    })
    .join('');
}

function isBrokenWord(line: string, next: string): boolean {
  if (/[A-Za-z_]-$/.test(line)) return true;
  // The word ends with this line: the quote closes it.
  if (line.endsWith('"') && !next.startsWith(':')) return false;
  const word = `${line.slice(line.lastIndexOf(' ') + 1)}${next.split(' ', 1)[0]}`;
  return line.length === WIDTH && word.length > WIDTH;
}
