import { parseListedDigest } from './digests.js';
import { type PolicyDraft, pathProblem } from './draft.js';
import { LineReader } from './line-reader.js';
import type { TextWindow } from './text-window.js';

const SPACE = 0x20;
const HASH_SIGN = 0x23;
const ASTERISK = 0x2a;
const BACKSLASH = 0x5c;

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\\\\', '\\'],
  ['\\n', '\n'],
  ['\\r', '\r'],
]);

/**
 * Reads `digest  path` lines as `sha256sum` and its siblings write them: two spaces, or a space and an
 * asterisk, and a line that begins with a backslash has its path escaped. A single space is accepted too.
 * Blank lines and lines that begin with `#` are skipped. Problems go to the draft, with their lines.
 */
export function parseFlat(text: TextWindow, draft: PolicyDraft): void {
  const lines = new LineReader(text);
  let hasEntries = false;
  while (lines.next()) {
    const { start, end } = lines;
    if (end === start || text.bytes[start] === HASH_SIGN) continue;
    hasEntries = true;
    const message = parseLine(text.bytes, start, end, draft);
    if (message !== null) draft.problems.add({ line: lines.line, message });
  }
  if (!hasEntries) draft.problems.add({ message: 'the list has no entries' });
}

function parseLine(text: Buffer, start: number, end: number, draft: PolicyDraft): string | null {
  const isEscaped = text[start] === BACKSLASH;
  const digestStart = isEscaped ? start + 1 : start;
  const digestEnd = text.indexOf(SPACE, digestStart);
  if (digestEnd < 0 || digestEnd >= end) return 'expected a digest, two spaces and a path';
  const size = parseListedDigest(text, digestStart, digestEnd, draft.digest);
  if (typeof size === 'string') return size;
  const hasMark = text[digestEnd + 1] === SPACE || text[digestEnd + 1] === ASTERISK;
  const pathStart = Math.min(hasMark ? digestEnd + 2 : digestEnd + 1, end);
  if (!isEscaped) return addEntry(text, pathStart, end, size, draft);
  const path = Buffer.from(unescapePath(text.toString('utf8', pathStart, end)));
  return addEntry(path, 0, path.length, size, draft);
}

function unescapePath(path: string): string {
  return path.replace(/\\[\\nr]/g, (pair) => ESCAPES.get(pair) ?? pair);
}

function addEntry(bytes: Buffer, start: number, end: number, size: number, draft: PolicyDraft): string | null {
  const problem = pathProblem(bytes, start, end);
  if (problem !== null) return problem;
  if (!draft.files.add(bytes, start, end))
    return 'the path is listed twice; a path with several digests is written in the JSON form';
  draft.files.addDigest(draft.digest, size);
  return null;
}
