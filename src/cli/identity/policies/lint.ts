import { declaredPolicies } from '../../../app.js';
import { implies } from '../../../identity/index.js';
import { lintOverrides } from '../../../platform/policy/index.js';
import { CliError } from '../../common/errors.js';
import { printable } from '../../common/output.js';
import { type Format, isData, toData } from '../../common/table.js';
import { print } from '../../common/terminal.js';
import { readPolicyFile } from './policy-file.js';

/**
 * Checks a policy file against the built-in policies and prints the findings, in the order of the file.
 *
 * @throws CliError when there are errors, or warnings and `isStrict`.
 */
export async function lintPolicies(file: string, isStrict: boolean, format: Format): Promise<void> {
  const { entries, problems } = await readPolicyFile(file);
  const lineOf = new Map(entries.map(({ name, line }) => [name, line]));
  const malformed = problems.map((problem) => ({ file, severity: 'error', code: 'INVALID_FILE', ...problem }));
  const doubtful = lintOverrides(entries, { ...declaredPolicies(), implies }).map((finding) => ({
    file,
    line: lineOf.get(finding.policy) ?? 1,
    ...finding,
  }));
  const findings = [...malformed, ...doubtful].sort((a, b) => a.line - b.line);
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const warnings = findings.length - errors;
  if (isData(format)) print(toData(format, { file, errors, warnings, findings }));
  else {
    for (const { line, severity, code, policy, message } of findings)
      print(printable(`${file}:${line}: ${severity}: ${code}: ${policy}: ${message}`));
    print(`${entries.length} entries, ${errors} errors, ${warnings} warnings`);
  }
  if (errors > 0 || (isStrict && warnings > 0)) throw new CliError(`${file} should not be used as it is`);
}
