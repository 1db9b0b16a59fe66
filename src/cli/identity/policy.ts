import type { Command } from 'commander';
import { PoliciesDocument, type PoliciesQuery, PolicyDocument, type PolicyQuery } from '../../generated/documents.js';
import { request } from '../common/client.js';
import { type Column, formatValue } from '../common/output.js';
import { type ScopeOptions, withScope } from '../common/scopes.js';
import { get, openSession, printList, printObject } from '../common/session.js';
import { print } from '../common/terminal.js';
import { verb, withLimit } from '../common/verb.js';
import { registerOfflinePolicy } from './policy-offline.js';
import { registerPolicyOverrides } from './policy-overrides.js';

type Listed = NonNullable<PoliciesQuery['items']>[number];
type Policy = NonNullable<PolicyQuery['item']>;

const COLUMNS: readonly Column<Listed>[] = [
  ['NAME', 'name'],
  ['ACCESS', 'access'],
  ['SCOPES', 'scopeTypes'],
  ['DESCRIPTION', 'description'],
];

const DETAILS: readonly Column<Policy>[] = [
  ['Name', 'name'],
  ['Description', 'description'],
  ['Access', 'access'],
  ['Scope types', 'scopeTypes'],
  ['Operations', 'operations'],
  ['Essential', 'isEssential'],
  ['Override', 'override'],
];

export function registerPolicy(noun: Command): void {
  verb(noun, 'list', 'list policies', 'bailiwick policy list').action(async (_options: object, self: Command) => {
    const session = await openSession(self);
    const { items } = await request(session.connection, PoliciesDocument, {});
    printList(session, items ?? [], COLUMNS);
  });
  verb(noun, 'show <name>', 'show one policy with its checks', 'bailiwick policy show allowlist:create').action(
    async (name: string, _options: object, self: Command) => {
      const session = await openSession(self);
      const policy = await get(session, PolicyDocument, { name }, 'policy');
      printObject(session, policy, DETAILS);
      if (session.format !== 'table') return;
      for (const check of policy.checks) print(`Check for ${describeCheck(check)}`);
      if (policy.override !== null)
        for (const check of policy.defaultChecks) print(`Default for ${describeCheck(check)}`);
    },
  );
  const whoCan = verb(
    noun,
    'who-can <name>',
    'list who may do something to an object, or at a scope',
    'bailiwick policy who-can agent:ban --target agt_…',
  );
  withScope(withLimit(whoCan))
    .option('--target <id>', 'the id of the object')
    .action(async (name: string, { limit, ...options }: WhoCanOptions, self: Command) => {
      await (await import('./policies/ask-server.js')).whoCan(name, limit, options, self);
    });
  registerPolicyOverrides(noun);
  registerOfflinePolicy(noun);
}

interface WhoCanOptions extends ScopeOptions {
  readonly target?: string;
  readonly limit: number;
}

function describeCheck({ scopeType, check, boundary }: Policy['checks'][number]): string {
  const within = boundary === null ? '' : `, within ${formatValue(boundary)}`;
  return `${scopeType ?? 'every scope'}: ${formatValue(check)}${within}`;
}
