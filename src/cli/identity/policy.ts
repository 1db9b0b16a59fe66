import type { Command } from 'commander';
import { PoliciesDocument, type PoliciesQuery, PolicyDocument, type PolicyQuery } from '../../generated/documents.js';
import { request } from '../common/client.js';
import { type ScopeOptions, withScope } from '../common/scopes.js';
import { get, openSession, printList, printObject } from '../common/session.js';
import type { Column, Table } from '../common/table.js';
import { verb, withLimit } from '../common/verb.js';
import { withColumns } from '../common/view.js';
import { whoCan as listWhoCan, WHO_CAN } from './policies/ask-server.js';
import { registerOfflinePolicy } from './policy-offline.js';
import { registerPolicyOverrides } from './policy-overrides.js';

type Listed = NonNullable<PoliciesQuery['items']>[number];
type Policy = NonNullable<PolicyQuery['item']>;

const COLUMNS = [
  ['Name', 'name'],
  ['Access', 'access'],
  ['Scopes', 'scopeTypes'],
  ['Description', 'description'],
] as const;
const WIDE = [['Operations', 'operations']] as const;

const LISTED: Table<Listed> = { columns: COLUMNS, wide: WIDE };
const POLICY: Table<Policy> = {
  columns: COLUMNS,
  wide: WIDE,
  more: [
    ['Essential', 'isEssential'],
    ['Override', 'override'],
    ['Allows', 'allowedPersonas'],
  ],
};

export function registerPolicy(noun: Command): void {
  const list = verb(noun, 'list', 'list policies', 'bailiwick policy list');
  withColumns(list, LISTED).action(async (_options: object, self: Command) => {
    const session = await openSession(self);
    const { items } = await request(session.connection, PoliciesDocument, {});
    printList(session, items ?? [], LISTED);
  });
  const show = verb(noun, 'show <name>', 'show one policy with its checks', 'bailiwick policy show allowlist:create');
  withColumns(show, POLICY).action(async (name: string, _options: object, self: Command) => {
    const session = await openSession(self);
    const policy = await get(session, PolicyDocument, { name }, 'policy');
    const defaults = policy.override === null ? [] : policy.defaultChecks;
    const checks = [...policy.checks.map(columnOf('Check')), ...defaults.map(columnOf('Default'))];
    printObject(session, policy, { ...POLICY, more: [...(POLICY.more ?? []), ...checks] });
  });
  const whoCan = verb(
    noun,
    'who-can <name>',
    'list who may do something to an object, or at a scope, by default that of the log-in',
    'bailiwick policy who-can agent:ban --target agt_…',
  );
  withColumns(withScope(withLimit(whoCan)), WHO_CAN)
    .option('--target <id>', 'the id of the object')
    .action(async (name: string, { limit, ...options }: WhoCanOptions, self: Command) => {
      await listWhoCan(name, limit, options, self);
    });
  registerPolicyOverrides(noun);
  registerOfflinePolicy(noun);
}

interface WhoCanOptions extends ScopeOptions {
  readonly target?: string;
  readonly limit: number;
}

/** A line for the check of a scope. */
const columnOf =
  (title: string) =>
  ({ scopeType, check, boundary }: Policy['checks'][number]): Column<Policy> => {
    const within = boundary === null ? '' : `, within ${boundary}`;
    return [`${title} for ${scopeType ?? 'every scope'}`, () => `${check}${within}`];
  };
