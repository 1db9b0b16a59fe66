import { parseListedDigest } from './digests.js';
import { BOOT_AGGREGATE, type PolicyDraft, pathProblem } from './draft.js';
import { KeyringLines, keyringOf } from './keyring-lines.js';
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

/** Where the lines of a list are collected. */
interface Target {
  readonly draft: PolicyDraft;
  readonly keyrings: KeyringLines;
}

/**
 * Reads `digest  path` lines as `sha256sum` and similar tools write them: two spaces, or a space and an asterisk; a
 * line that begins with a backslash has an escaped path. A single space is accepted too. Skips blank lines and lines
 * that begin with `#`. As in Keylime's old lists, the path `%keyring:<name>` lists a key of that keyring. Problems go
 * to the draft, with their lines.
 */
export function parseFlat(text: TextWindow, draft: PolicyDraft): void {
  const target: Target = { draft, keyrings: new KeyringLines() };
  const lines = new LineReader(text);
  let hasEntries = false;
  while (lines.next()) {
    const { start, end } = lines;
    if (end === start || text.bytes[start] === HASH_SIGN) continue;
    hasEntries = true;
    const message = parseLine(text.bytes, start, end, target);
    if (message !== null) draft.problems.add({ line: lines.line, message });
  }
  target.keyrings.writeTo(draft.keyrings);
  if (!hasEntries) draft.problems.add({ message: 'the list has no entries' });
}

function parseLine(text: Buffer, start: number, end: number, target: Target): string | null {
  const isEscaped = text[start] === BACKSLASH;
  const digestStart = isEscaped ? start + 1 : start;
  const digestEnd = text.indexOf(SPACE, digestStart);
  if (digestEnd < 0 || digestEnd >= end) return 'expected a digest, two spaces and a path';
  const size = parseListedDigest(text, digestStart, digestEnd, target.draft.digest);
  if (typeof size === 'string') return size;
  const hasMark = text[digestEnd + 1] === SPACE || text[digestEnd + 1] === ASTERISK;
  const pathStart = Math.min(hasMark ? digestEnd + 2 : digestEnd + 1, end);
  if (!isEscaped) return addEntry(text, pathStart, end, size, target);
  const path = Buffer.from(unescapePath(text.toString('utf8', pathStart, end)));
  return addEntry(path, 0, path.length, size, target);
}

function unescapePath(path: string): string {
  return path.replace(/\\[\\nr]/g, (pair) => ESCAPES.get(pair) ?? pair);
}

function addEntry(bytes: Buffer, start: number, end: number, size: number, { draft, keyrings }: Target): string | null {
  const problem = pathProblem(bytes, start, end);
  if (problem !== null) return problem;
  const keyring = keyringOf(bytes, start, end);
  if (keyring !== null) return keyrings.add(keyring, draft.digest.slice(0, size));
  if (draft.files.add(bytes, start, end)) draft.files.addDigest(draft.digest, size);
  // Keylime's lists may have several of these; none is used.
  else if (bytes.toString('utf8', start, end) !== BOOT_AGGREGATE) {
    return 'the path is listed twice; a path with several digests is written in the JSON form';
  }
  return null;
}
