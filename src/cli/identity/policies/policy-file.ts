import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import type { FileEntry } from '../../../platform/policy/index.js';
import { CliError } from '../../common/errors.js';
import { readTextFile } from '../../common/files.js';
import { printable } from '../../common/output.js';

const MAX_BYTES = 1024 * 1024;

interface Placed {
  /** Counts from 1. */
  readonly line: number;
}

/** What a policy file says, and what about it is not a mapping of names to texts. */
export interface PolicyFile {
  readonly entries: readonly (FileEntry & Placed)[];
  readonly problems: readonly (Placed & { readonly policy: string; readonly message: string })[];
}

/** Reads a policy file, which is YAML; JSON is YAML too. Only its form is judged. */
export async function readPolicyFile(file: string): Promise<PolicyFile> {
  return parsePolicyFile(await readTextFile(file, MAX_BYTES));
}

/** The same for a text. A name may be given twice only where that is said. */
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

/** The entries of a file that is to be used, not judged. @throws CliError naming file and line. */
export async function readPolicyEntries(file: string): Promise<PolicyFile['entries']> {
  const { entries, problems } = await readPolicyFile(file);
  if (problems.length > 0)
    throw new CliError(problems.map(({ line, message }) => printable(`INVALID in ${file}: line ${line}: ${message}`)));
  return entries;
}
