import type { Command } from 'commander';
import { request } from '../client.js';
import { GET_POLICY, LIST_POLICIES } from '../documents/identity.js';
import { type Column, formatValue, type Row } from '../output.js';
import { get, openSession, printList, printObject } from '../session.js';
import { print } from '../terminal.js';
import { verb } from '../verb.js';
import { registerOfflinePolicy } from './policy-offline.js';

const COLUMNS: readonly Column[] = [
  ['NAME', 'name'],
  ['ACCESS', 'access'],
  ['SCOPES', 'scopeTypes'],
  ['DESCRIPTION', 'description'],
];

const DETAILS: readonly Column[] = [
  ['Name', 'name'],
  ['Description', 'description'],
  ['Access', 'access'],
  ['Scope types', 'scopeTypes'],
  ['Operations', 'operations'],
];

interface PolicyCheck {
  readonly scopeType: string | null;
  readonly check: string;
  readonly boundary: string | null;
}

export function registerPolicy(noun: Command): void {
  verb(noun, 'list', 'list policies', 'bailiwick policy list').action(async (_options: object, self: Command) => {
    const session = await openSession(self);
    const { items } = await request<{ items: Row[] | null }>(session.connection, LIST_POLICIES);
    printList(session, items ?? [], COLUMNS);
  });
  verb(noun, 'show <name>', 'show one policy with its checks', 'bailiwick policy show allowlist:create').action(
    async (name: string, _options: object, self: Command) => {
      const session = await openSession(self);
      const policy = await get(session, GET_POLICY, { name }, 'policy');
      printObject(session, policy, DETAILS);
      if (session.format === 'table') for (const check of policy.checks as PolicyCheck[]) print(describeCheck(check));
    },
  );
  registerOfflinePolicy(noun);
}

function describeCheck({ scopeType, check, boundary }: PolicyCheck): string {
  const within = boundary === null ? '' : `, within ${formatValue(boundary)}`;
  return `Check for ${scopeType ?? 'every scope'}: ${formatValue(check)}${within}`;
}
