import { allPolicies } from '../../../app.js';
import type { PolicyDescription } from '../../../platform/policy/index.js';
import type { Format } from '../../common/table.js';
import { print } from '../../common/terminal.js';

/** Prints a policy file that changes nothing: YAML with every default as a comment, or JSON with every default. */
export function printSample(format: Format): void {
  const policies = allPolicies().list();
  if (format === 'name') print(policies.map(({ name }) => name).join('\n'));
  else if (format === 'json') print(JSON.stringify(Object.fromEntries(policies.flatMap(entryOf)), null, 2));
  else print(policies.map(describe).join('\n\n'));
}

/**
 * A public policy has no entry, and neither has one whose defaults differ by scope: a single text cannot state them.
 */
function entryOf({ name, scopes }: PolicyDescription): readonly [string, string][] {
  const [first, ...rest] = scopes;
  if (first === undefined || first.scope === 'public') return [];
  return rest.every(({ defaultCheck }) => defaultCheck === first.defaultCheck) ? [[name, first.defaultCheck]] : [];
}

function describe(policy: PolicyDescription): string {
  const { name, description, operations, scopeTypes, scopes, deprecated } = policy;
  const lines = [...description.split('\n'), ...operations, `Scopes: ${[scopeTypes].flat().join(', ')}`];
  for (const { scope, boundary } of scopes)
    if (boundary !== null) lines.push(`Boundary for ${scope}, always in force: ${boundary}`);
  if (deprecated) lines.push(`Deprecated since ${deprecated.since}: ${deprecated.check} (${deprecated.reason})`);
  return [...lines.map((line) => `# ${line}`), ...settingOf(policy, name)].join('\n');
}

function settingOf(policy: PolicyDescription, name: string): readonly string[] {
  const entries = entryOf(policy);
  if (entries.length > 0) return entries.map(([, check]) => `#${JSON.stringify(name)}: ${JSON.stringify(check)}`);
  const [first] = policy.scopes;
  if (first?.scope === 'public') return [`# ${name} is public, and cannot be changed.`];
  const defaults = policy.scopes.map(({ scope, defaultCheck }) => `#   ${scope}: ${defaultCheck}`);
  return [`# ${name} has a default for each scope; an entry would replace them all:`, ...defaults];
}
