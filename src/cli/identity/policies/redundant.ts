import { declaredPolicies } from '../../../app.js';
import { implies } from '../../../identity/index.js';
import { type Finding, lintOverrides } from '../../../platform/policy/index.js';
import { printable } from '../../common/output.js';
import { type Format, isData, toData } from '../../common/table.js';
import { print } from '../../common/terminal.js';
import { readPolicyEntries } from './policy-file.js';

const isRedundant = ({ code, message }: Finding) =>
  code === 'SAME_AS_DEFAULT' || (code === 'DEPRECATED_NAME' && message.includes('ignored'));

/** Prints the entries of a policy file that change nothing: those equal to the default, and those that are ignored. */
export async function printRedundant(file: string, format: Format): Promise<void> {
  const entries = await readPolicyEntries(file);
  const lineOf = new Map(entries.map(({ name, line }) => [name, line]));
  const found = lintOverrides(entries, { ...declaredPolicies(), implies })
    .filter(isRedundant)
    .map(({ policy, message }) => ({ file, line: lineOf.get(policy) ?? 1, policy, message }));
  if (isData(format)) return print(toData(format, found));
  for (const { line, policy, message } of found)
    print(format === 'name' ? policy : printable(`${file}:${line}: ${policy}: ${message}`));
}
