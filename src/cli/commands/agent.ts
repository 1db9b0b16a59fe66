import { type Command, Option } from 'commander';
import type { Result } from '../agent/control-plane.js';
import { describeResult } from '../agent/report.js';
import { writePrivateFile } from '../contexts.js';
import {
  BAN_AGENT,
  BIND_ALLOWLIST,
  CREATE_AGENT,
  GET_AGENT,
  GET_ALLOWLIST,
  LIST_AGENTS,
  RESET_AGENT,
  RETIRE_AGENT,
  UNBAN_AGENT,
} from '../documents/attestation.js';
import { CliError, EXIT } from '../errors.js';
import { type Column, printable, type Row } from '../output.js';
import { listAll } from '../paging.js';
import { agentRef, allowlistRef } from '../refs.js';
import { get, note, openSession, printList, printObject, type Session, send } from '../session.js';
import { print } from '../terminal.js';
import { collect, verb, withLimit } from '../verb.js';
import { registerAgentRun } from './agent-run.js';
import { registerAgentWatch } from './agent-watch.js';

const COLUMNS: readonly Column[] = [
  ['NAME', 'name'],
  ['STATE', 'state'],
  ['TRUSTED UNTIL', 'trustedUntil'],
  ['ALLOWLIST', 'allowlist.name'],
  ['PROJECT', 'project.name'],
  ['ID', 'id'],
];

const DETAILS: readonly Column[] = [
  ['Name', 'name'],
  ['Id', 'id'],
  ['External id', 'externalId'],
  ['Project', 'project.name'],
  ['State', 'state'],
  ['Trusted until', 'trustedUntil'],
  ['TPM', 'tpmKind'],
  ['Allowlist', 'allowlist.name'],
  ['Accepted', 'acceptedCount'],
  ['Rejected', 'rejectedCount'],
  ['First accepted', 'firstAcceptedAt'],
  ['Last accepted', 'lastAcceptedAt'],
  ['Last rejected', 'lastRejectedAt'],
  ['Last severity', 'lastSeverity'],
  ['Created', 'createdAt'],
];

interface CreateOptions {
  readonly allowlist?: string;
  readonly allowlistEtag?: string;
  readonly externalId?: string;
  readonly tpmKind: string;
  readonly tokenFile?: string;
}

interface ListOptions {
  readonly name?: string[];
  readonly externalId?: string[];
  readonly state?: string[];
  readonly limit: number;
}

export function registerAgent(noun: Command): void {
  verb(
    noun,
    'create <name>',
    'create an agent and its enrollment token',
    'bailiwick agent create web-1 --allowlist web --token-file web-1.token',
  )
    .option('--allowlist <name>', 'the allowlist to bind it to')
    .option('--allowlist-etag <etag>', 'the etag of the reviewed list; if the list changed since, nothing is created')
    .option('--external-id <id>', 'its id in another system')
    .addOption(
      new Option('--tpm-kind <kind>', 'what TPM the machine has').choices(['PHYSICAL', 'VIRTUAL']).default('PHYSICAL'),
    )
    .option('--token-file <file>', 'write the enrollment token to this file instead of showing it')
    .action(async (name: string, options: CreateOptions, self: Command) =>
      createAgent(await openSession(self), name, options),
    );
  withLimit(verb(noun, 'list', 'list agents', 'bailiwick agent list --state FAILED'))
    .option('--name <name>', 'of this name; may be repeated', collect)
    .option('--external-id <id>', 'with this id in another system; may be repeated', collect)
    .option('--state <state>', 'in this state; may be repeated', collect)
    .action(async ({ name, externalId, state, limit }: ListOptions, self: Command) => {
      const session = await openSession(self);
      const filter = { names: name, externalIds: externalId, states: state };
      printList(session, await listAll(session, LIST_AGENTS, { filter }, limit), COLUMNS);
    });
  verb(noun, 'show <name>', 'show one agent and its last result', 'bailiwick agent show web-1').action(
    async (name: string, _options: object, self: Command) => showAgent(await openSession(self), name),
  );
  verb(
    noun,
    'bind <name> [allowlist]',
    'bind an agent to another list, or to none',
    'bailiwick agent bind web-1 web-next',
  )
    .option('--etag <etag>', 'the etag of the reviewed list; if the list changed since, nothing is bound')
    .action(async (name: string, allowlist: string | undefined, { etag }: { etag?: string }, self: Command) => {
      const session = await openSession(self);
      await change(session, BIND_ALLOWLIST, { agent: agentRef(name), ...(await reviewed(session, allowlist, etag)) });
    });
  registerTransition(noun, 'reset', 'put a failed or banned agent back to PENDING', RESET_AGENT);
  registerTransition(noun, 'ban', 'ban an agent: its tokens stop at once', BAN_AGENT);
  registerTransition(noun, 'unban', 'take a ban back', UNBAN_AGENT);
  registerTransition(noun, 'retire', 'retire an agent for good', RETIRE_AGENT);
  registerAgentWatch(noun);
  registerAgentRun(noun);
}

function registerTransition(noun: Command, name: string, summary: string, document: string): void {
  verb(noun, `${name} <name>`, summary, `bailiwick agent ${name} web-1 --reason "ticket 42"`)
    .option('--reason <text>', 'why')
    .option('--etag <etag>', 'the etag of the reviewed agent; if its state changed since, nothing is done')
    .action(async (name: string, { reason, etag }: { reason?: string; etag?: string }, self: Command) => {
      const session = await openSession(self);
      const agent = await get(session, GET_AGENT, { ref: agentRef(name) }, 'agent');
      await change(session, document, { agent: { id: agent.id }, etag: etag ?? agent.etag, reason });
    });
}

async function change(session: Session, document: string, input: Row): Promise<void> {
  printObject(session, (await send<{ agent: Row }>(session, document, input)).agent, DETAILS);
}

/** A list as it was reviewed, or as it is now; what is given for none is the server's to refuse. */
async function reviewed(session: Session, name: string | undefined, etag: string | undefined): Promise<Row> {
  if (name === undefined) return { allowlist: null, allowlistEtag: etag ?? null };
  const found = await get(session, GET_ALLOWLIST, { ref: allowlistRef(name) }, 'allowlist');
  return { allowlist: { id: found.id }, allowlistEtag: etag ?? found.etag };
}

async function createAgent(session: Session, name: string, options: CreateOptions): Promise<void> {
  const { allowlist, allowlistEtag, externalId, tpmKind, tokenFile } = options;
  if (session.format === 'name' && tokenFile === undefined) {
    throw new CliError('with -o name the enrollment token would be lost; add --token-file', EXIT.usage);
  }
  const input = { name, externalId, tpmKind, ...(await reviewed(session, allowlist, allowlistEtag)) };
  const created = await send<{ agent: Row; enrollmentToken: string; expiresAt: string }>(session, CREATE_AGENT, input);
  const { agent, enrollmentToken, expiresAt } = created;
  if (tokenFile !== undefined) {
    await writePrivateFile(tokenFile, `${enrollmentToken}\n`);
    printObject(session, agent, DETAILS);
    return note(session, `the enrollment token is in ${tokenFile} and is valid until ${expiresAt}`);
  }
  const row = { ...agent, enrollmentToken, expiresAt };
  printObject(session, row, [...DETAILS, ['Enrollment token', 'enrollmentToken'], ['  valid until', 'expiresAt']]);
}

async function showAgent(session: Session, name: string): Promise<void> {
  const agent = await get(session, GET_AGENT, { ref: agentRef(name) }, 'agent');
  printObject(session, agent, DETAILS);
  const lastResult = agent.lastResult as Result | null;
  if (session.format !== 'table' || lastResult === null) return;
  print(printable(`Last result, of ${lastResult.receivedAt}:`));
  for (const line of describeResult(lastResult)) print(line);
}
