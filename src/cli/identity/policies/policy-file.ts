import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import type { FileEntry } from '../../../platform/policy/index.js';
import { CliError } from '../../common/errors.js';
import { readTextFile } from '../../common/files.js';
import { printable } from '../../common/output.js';

const MAX_BYTES = 1024 * 1024;

interface Placed {
  /** Counted from 1. */
  readonly line: number;
}

/** The entries of a policy file, and the parts that do not map a name to a string. */
export interface PolicyFile {
  readonly entries: readonly (FileEntry & Placed)[];
  readonly problems: readonly (Placed & { readonly policy: string; readonly message: string })[];
}

/** Reads a policy file in YAML, which includes JSON. Checks only its form. */
export async function readPolicyFile(file: string): Promise<PolicyFile> {
  return parsePolicyFile(await readTextFile(file, MAX_BYTES));
}

/** The same for a text. Duplicate names are allowed only with `uniqueKeys: false`. */
export function parsePolicyFile(text: string, { uniqueKeys = true }: { uniqueKeys?: boolean } = {}): PolicyFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys });
  const lineAt = (offset: number | undefined) => lines.linePos(offset ?? 0).line;
  const entries: (FileEntry & Placed)[] = [];
  const problems = document.errors.map(({ pos, message }) => ({ line: lineAt(pos[0]), policy: '-', message }));
  if (document.contents === null || problems.length > 0) return { entries, problems };
  if (!isMap(document.contents))
    return { entries, problems: [{ line: 1, policy: '-', message: 'the file is not a mapping of names to checks' }] };
  for (const { key, value } of document.contents.items) {
    const name = isScalar(key) ? String(key.value) : '-';
    const line = lineAt(isScalar(key) ? key.range?.[0] : undefined);
    if (isScalar(value) && typeof value.value === 'string') entries.push({ name, check: value.value, line });
    else problems.push({ line, policy: name, message: 'a check is a text; put it in quotes' });
  }
  return { entries, problems };
}

/** The entries of a file that will be used. @throws CliError with file and line of each problem. */
export async function readPolicyEntries(file: string): Promise<PolicyFile['entries']> {
  const { entries, problems } = await readPolicyFile(file);
  if (problems.length > 0)
    throw new CliError(problems.map(({ line, message }) => printable(`INVALID in ${file}: line ${line}: ${message}`)));
  return entries;
}
