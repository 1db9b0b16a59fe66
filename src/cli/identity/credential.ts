import type { Command } from 'commander';
import {
  ApiCredentialsDocument,
  CreateApiCredentialDocument,
  type CredentialFragment,
  DeleteApiCredentialDocument,
} from '../../generated/documents.js';
import { withConfirmation } from '../common/confirm.js';
import { CliError, EXIT } from '../common/errors.js';
import { writePrivateFile } from '../common/files.js';
import { formatScope } from '../common/paths.js';
import { withList } from '../common/resource.js';
import { note, openSession, printGone, printObject, type Session, send } from '../common/session.js';
import { shellWord } from '../common/shell.js';
import type { Table } from '../common/table.js';
import { collect, parseCount, verb } from '../common/verb.js';

const CREDENTIAL: Table<CredentialFragment> = {
  plural: 'API credentials',
  columns: [
    ['Name', 'name'],
    ['Expires', 'expiresAt'],
    ['Id', 'id'],
  ],
  wide: [
    ['User', 'user.name'],
    ['On', ({ scope }) => formatScope(scope)],
    ['Roles', 'roles'],
    ['Description', 'description'],
  ],
  more: [['Policies', 'allowedPolicies']],
};

const DAY_MS = 86_400_000;
const DAYS_DEFAULT = 30;

interface CreateOptions {
  readonly description?: string;
  readonly role?: string[];
  readonly policy?: string[];
  readonly days: number;
  readonly keyFile?: string;
}

interface ListOptions {
  readonly userId?: string[];
  readonly name?: string[];
}

export function registerCredential(noun: Command): void {
  verb(
    noun,
    'create <name>',
    'create a key for a program, in the scope of the log-in',
    'bailiwick credential create nightly --role reader --policy agent:get --key-file nightly.key',
  )
    .option('--description <text>', 'what it is for')
    .option('--role <name>', 'keep this role only; may be repeated', collect)
    .option('--policy <name>', 'pass this policy only; may be repeated', collect)
    .option('--days <n>', 'for how many days it is valid; at most 366', parseCount, DAYS_DEFAULT)
    .option('--key-file <file>', 'write id and key to this file instead of showing the key')
    .action(async (name: string, options: CreateOptions, self: Command) =>
      createCredential(await openSession(self), name, options),
    );
  withList(verb(noun, 'list', 'list API credentials', 'bailiwick credential list'), ApiCredentialsDocument, {
    ...CREDENTIAL,
    variables: ({ userId, name }: ListOptions) => ({ filter: { userIds: userId, names: name } }),
  })
    .option('--user-id <id>', 'of this user; may be repeated', collect)
    .option('--name <name>', 'of this name; may be repeated', collect);
  const deletion = verb(
    noun,
    'delete <credential-id>',
    'delete a key, and end its sessions',
    'bailiwick credential delete key_…',
  );
  withConfirmation(deletion, { noun: 'API credential', takes: 'its key and its tokens' }).action(
    async (apiCredentialId: string, _options: object, self: Command) => {
      const session = await openSession(self);
      await send(session, DeleteApiCredentialDocument, { apiCredentialId });
      printGone(session, 'deleted', { id: apiCredentialId }, `API credential ${apiCredentialId}`);
    },
  );
}

async function createCredential(session: Session, name: string, options: CreateOptions): Promise<void> {
  const { description, role, policy, days, keyFile } = options;
  if (session.format === 'name' && keyFile === undefined)
    throw new CliError('with -o name the key would be lost; add --key-file', EXIT.usage);
  const expiresAt = new Date(Date.now() + days * DAY_MS).toISOString();
  const input = { name, description, roles: role, allowedPolicies: policy, expiresAt };
  const created = await send(session, CreateApiCredentialDocument, input, 'apiCredential', 'key');
  const { apiCredential, key } = created;
  if (keyFile === undefined) {
    const table: Table<CredentialFragment & { key: string }> = CREDENTIAL;
    return printObject(session, { ...apiCredential, key }, { ...table, more: [...(table.more ?? []), ['Key', 'key']] });
  }
  await writePrivateFile(keyFile, `${apiCredential.id}:${key}\n`);
  printObject(session, apiCredential, CREDENTIAL);
  const use = `BAILIWICK_CREDENTIAL_FILE=${shellWord(keyFile)} bailiwick …`;
  note(session, `the key is in ${keyFile} and is valid until ${apiCredential.expiresAt}; to use it: ${use}`);
}
