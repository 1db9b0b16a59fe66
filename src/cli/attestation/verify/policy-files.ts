import { CliError } from '../../common/errors.js';
import { readTextFile } from '../../common/files.js';

export const MAX_PCR_POLICY_BYTES = 64 * 1024;
const MAX_EXCLUDES_BYTES = 1024 * 1024;

/** Reads an exclude list. @throws CliError with the line of each pattern that is not valid. */
export async function readExcludes(file: string): Promise<string[]> {
  const { parseExcludeList, RuntimePolicyError } = await import('../../../attestation/runtime-policy/index.js');
  const text = await readTextFile(file, MAX_EXCLUDES_BYTES);
  try {
    return parseExcludeList(text);
  } catch (error) {
    if (!(error instanceof RuntimePolicyError)) throw error;
    throw new CliError(error.problems.map(({ line, message }) => `INVALID in ${file}: line ${line}: ${message}`));
  }
}
