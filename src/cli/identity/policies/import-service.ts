import { lintService } from '../../../platform/policy/index.js';
import { CliError } from '../../common/errors.js';
import { printable } from '../../common/output.js';
import { type Format, isData, toData } from '../../common/table.js';
import { print } from '../../common/terminal.js';
import { readServiceFile } from './service-file.js';

/**
 * Lists the rules of another service that `policy evaluate` would refuse, or accept with a warning, in the order of the
 * file.
 *
 * @throws CliError when a rule would be refused, or when there are warnings and `isStrict`.
 */
export async function importService(file: string, isStrict: boolean, format: Format): Promise<void> {
  const { rules, problems } = await readServiceFile(file);
  const malformed = problems.map((problem) => ({ file, severity: 'error', code: 'INVALID_FILE', ...problem }));
  const found = lintService(rules).map(({ rule, severity, code, message }) => {
    const policy = rule.service === '' ? rule.name : `${rule.service} ${rule.name}`;
    return { file, line: rule.line, severity, code, policy, message };
  });
  const findings = [...malformed, ...found].sort((a, b) => a.line - b.line);
  const refused = findings.filter(({ severity }) => severity === 'error').length;
  const warnings = findings.length - refused;
  if (isData(format)) print(toData(format, { file, rules: rules.length, refused, warnings, findings }));
  else {
    for (const { line, severity, code, policy, message } of findings)
      print(printable(`${file}:${line}: ${severity}: ${code}: ${policy}: ${message}`));
    print(`${rules.length} rules, ${refused} refused, ${warnings} warnings`);
  }
  if (refused > 0) throw new CliError(`${file} has rules that would be refused`);
  if (isStrict && warnings > 0) throw new CliError(`${file} has rules with warnings`);
}
