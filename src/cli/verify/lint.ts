import {
  compileRuntimePolicy,
  lintRuntimePolicy,
  MAX_POLICY_BYTES,
  type PolicyProblem,
  RuntimePolicyError,
} from '../../attestation/runtime-policy/index.js';
import { CliError } from '../errors.js';
import { readBinaryFile } from '../files.js';
import { type Format, printable, toJson } from '../output.js';
import { readExcludes } from '../policy-input.js';
import { print } from '../terminal.js';

/**
 * Checks a list as the server would and prints what is doubtful about it.
 *
 * @throws CliError with a line per problem when the list is not valid.
 */
export async function lint(file: string, excludesFile: string | undefined, format: Format): Promise<void> {
  const excludes = excludesFile === undefined ? [] : await readExcludes(excludesFile);
  const content = await readBinaryFile(file, MAX_POLICY_BYTES);
  const compiled = compile(file, content, excludes);
  const warnings = lintRuntimePolicy(compiled);
  const summary = {
    file,
    format: compiled.format,
    paths: compiled.files.count,
    digest: `sha256:${compiled.contentDigest}`,
    warnings,
  };
  if (format === 'json') return print(toJson(summary));
  for (const { code, message } of warnings) print(printable(`warning: ${code}: ${message}`));
  if (format === 'table') print(`${file} is valid: ${summary.paths} paths`);
}

function compile(file: string, content: Buffer, excludes: readonly string[]) {
  try {
    return compileRuntimePolicy(content, excludes);
  } catch (error) {
    if (error instanceof RuntimePolicyError)
      throw new CliError(error.problems.map((problem) => describe(file, problem)));
    throw error;
  }
}

/** `INVALID in FILE: line 3: /digests/~1bin~1sh: …` */
export function describe(file: string, { line, pointer, message }: PolicyProblem): string {
  const where = [line === undefined ? '' : `line ${line}: `, pointer === undefined ? '' : `${pointer}: `].join('');
  return printable(`INVALID in ${file}: ${where}${message}`);
}
