import { type Command, Option } from 'commander';
import {
  CreateJoinTokenDocument,
  type JoinTokenPartsFragment,
  JoinTokensDocument,
  type NodeAvailability,
  RevokeJoinTokenDocument,
  type TpmKind,
} from '../../generated/documents.js';
import { CliError, EXIT } from '../common/errors.js';
import { writePrivateFile } from '../common/files.js';
import { listRef, nodeRef, projectRef } from '../common/refs.js';
import { withList } from '../common/resource.js';
import { note, openSession, printGone, printObject, type Session, send } from '../common/session.js';
import { shellWord } from '../common/shell.js';
import type { Table } from '../common/table.js';
import { parseFuture } from '../common/times.js';
import { choice, collect, collectPair, parseCount, verb } from '../common/verb.js';

const STATES = { ACTIVE: 'green', USED_UP: 'gray', EXPIRED: 'gray' } as const;

const JOIN_TOKEN: Table<JoinTokenPartsFragment> = {
  plural: 'join tokens',
  columns: [
    ['Node', ({ node, nodeName }) => node?.name ?? nodeName],
    ['State', 'state', STATES],
    ['Used', ({ uses, usedCount }) => `${usedCount} of ${uses}`],
    ['Expires', 'expiresAt'],
    ['Id', 'id'],
  ],
  wide: [
    ['Project', 'project.name'],
    ['Allowlist', 'allowlist.name'],
    ['Address', 'address'],
    ['Availability', 'availability'],
    ['TPM', 'tpmKind'],
    ['Description', 'description'],
    ['Created', 'createdAt'],
  ],
};

interface CreateOptions {
  readonly project: string;
  readonly nodeName?: string;
  readonly node?: string;
  readonly address?: string;
  readonly allowlist?: string;
  readonly availability?: NodeAvailability;
  readonly tpmKind: TpmKind;
  readonly label?: ReadonlyMap<string, string>;
  readonly tenant?: string[];
  readonly withoutTenants?: boolean;
  readonly uses: number;
  readonly expires: string;
  readonly description?: string;
  readonly tokenFile?: string;
}

export function registerJoinToken(noun: Command): void {
  verb(
    noun,
    'create',
    'create a token with which machines join the fleet',
    "bailiwick join-token create --project fleet --node-name 'web-{n}' --uses 10 --expires 1d --token-file join.token",
  )
    .requiredOption('--project <project>', 'the project that is to own the agents')
    .option('--node-name <name>', 'the name of the node to make; with {n}, the server puts a number')
    .option('--node <node>', 'instead of a name: a node that waits for its machine')
    .option('--address <address>', 'the address of the node, for a token of one use')
    .option('--label <key=value>', 'a label of the nodes, such as admin.rack=7; may be repeated', collectPair)
    .option('--tenant <project>', 'a project whose workloads they take, instead of any; may be repeated', collect)
    .option('--without-tenants', 'they take no project’s workloads')
    .option('--allowlist <allowlist>', 'the allowlist to bind the agents to: of the system, or project/list')
    .addOption(
      choice('--availability <availability>', 'whether the nodes take workloads', ['ACTIVE', 'PAUSE', 'DRAIN']),
    )
    .addOption(choice('--tpm-kind <kind>', 'what TPMs the machines have', ['PHYSICAL', 'VIRTUAL']).default('PHYSICAL'))
    .option('--uses <n>', 'how many machines can join with it', parseCount, 1)
    .addOption(
      new Option('--expires <when>', 'when it expires: a time, or how long from now, such as 12h')
        .argParser(parseFuture)
        .makeOptionMandatory(),
    )
    .option('--description <text>', 'what it is for')
    .option('--token-file <file>', 'write the token to this file instead of showing it')
    .action(async (options: CreateOptions, self: Command) => createJoinToken(await openSession(self), options));
  withList(verb(noun, 'list', 'list join tokens', 'bailiwick join-token list'), JoinTokensDocument, JOIN_TOKEN);
  // It limits damage, so nobody is asked.
  verb(
    noun,
    'revoke <join-token-id>',
    'revoke a join token: no machine joins with it any more',
    'bailiwick join-token revoke jnt_…',
  ).action(async (joinTokenId: string, _options: object, self: Command) => {
    const session = await openSession(self);
    await send(session, RevokeJoinTokenDocument, { joinTokenId });
    printGone(session, 'revoked', { id: joinTokenId }, `join token ${joinTokenId}`);
  });
}

async function createJoinToken(session: Session, options: CreateOptions): Promise<void> {
  const { project, node, allowlist, expires, tokenFile, label, tenant, withoutTenants, ...given } = options;
  if (tenant !== undefined && withoutTenants) throw new CliError('give --tenant or --without-tenants', EXIT.usage);
  const tenants = withoutTenants ? [] : tenant?.map(projectRef);
  if (session.format === 'name' && tokenFile === undefined)
    throw new CliError('with -o name the token would be lost; add --token-file', EXIT.usage);
  const { joinToken, token } = await send(
    session,
    CreateJoinTokenDocument,
    {
      ...given,
      project: projectRef(project),
      expiresAt: expires,
      tenants,
      labels: label && [...label].map(([key, value]) => ({ key, value })),
      ...(node !== undefined && { node: nodeRef(node) }),
      ...(allowlist !== undefined && { allowlist: listRef(allowlist) }),
    },
    'joinToken',
    'token',
  );
  if (tokenFile === undefined) {
    const table: Table<JoinTokenPartsFragment & { token: string }> = JOIN_TOKEN;
    return printObject(session, { ...joinToken, token }, { ...table, more: [['Token', 'token']] });
  }
  await writePrivateFile(tokenFile, `${token}\n`);
  printObject(session, joinToken, JOIN_TOKEN);
  const use = `bailiwick agent join --token-file ${shellWord(tokenFile)} …`;
  note(session, `the join token is in ${tokenFile} and is valid until ${joinToken.expiresAt}; on the machine: ${use}`);
}
