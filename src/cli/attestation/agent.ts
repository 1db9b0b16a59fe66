import type { Command } from 'commander';
import {
  AgentDocument,
  type AgentFragment,
  type AgentState,
  AgentsDocument,
  BanAgentDocument,
  BindAllowlistDocument,
  CreateAgentDocument,
  ResetAgentDocument,
  RetireAgentDocument,
  type TpmKind,
  UnbanAgentDocument,
  UpdateAgentDocument,
} from '../../generated/documents.js';
import { withConfirmation } from '../common/confirm.js';
import { CliError, EXIT } from '../common/errors.js';
import { writePrivateFile } from '../common/files.js';
import { printable } from '../common/output.js';
import { agentRef } from '../common/refs.js';
import { type Changing, type Resource, registerUpdate, withList, withShow } from '../common/resource.js';
import { get, note, openSession, printObject, type Session, send } from '../common/session.js';
import { shellWord } from '../common/shell.js';
import type { Table } from '../common/table.js';
import { print } from '../common/terminal.js';
import { parsePast } from '../common/times.js';
import { choice, collect, repeatable, verb } from '../common/verb.js';
import { registerAgentHistory } from './agent-history.js';
import { registerAgentJoin } from './agent-join.js';
import { registerAgentLeave } from './agent-leave.js';
import { registerAgentRun } from './agent-run.js';
import { AGENT_STATES } from './agent-states.js';
import { registerAgentWatch } from './agent-watch.js';
import { findAllowlist } from './allowlist.js';
import { describeResult } from './machine/report.js';

interface CreateOptions {
  readonly allowlist?: string;
  readonly allowlistEtag?: string;
  readonly externalId?: string;
  readonly tpmKind: TpmKind;
  readonly tokenFile?: string;
}

interface ListOptions {
  readonly name?: string[];
  readonly externalId?: string[];
  readonly state?: AgentState[];
  readonly createdSince?: string;
}

const findAgent = (session: Session, text: string) => get(session, AgentDocument, { ref: agentRef(text) }, 'agent');

type Found = Awaited<ReturnType<typeof findAgent>>;

const AGENT: Resource<'agent', AgentFragment, Found> = {
  noun: 'agent',
  plural: 'agents',
  columns: [
    ['Name', 'name'],
    ['State', 'state', AGENT_STATES],
    ['Trusted until', 'trustedUntil'],
    ['Allowlist', 'allowlist.name'],
    ['Project', 'project.name'],
  ],
  wide: [
    ['External id', 'externalId'],
    ['TPM', 'tpmKind'],
    ['Last accepted', 'lastAcceptedAt'],
    ['Last rejected', 'lastRejectedAt'],
    ['Created', 'createdAt'],
    ['Updated', 'updatedAt'],
    ['Id', 'id'],
  ],
  more: [
    ['Accepted', 'acceptedCount'],
    ['Rejected', 'rejectedCount'],
    ['First accepted', 'firstAcceptedAt'],
    ['Last severity', 'lastSeverity'],
  ],
  find: findAgent,
};

const EXTERNAL_ID: Changing = ['external id', '--external-id <id>', 'its id in another system'];

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
    .addOption(choice('--tpm-kind <kind>', 'what TPM the machine has', ['PHYSICAL', 'VIRTUAL']).default('PHYSICAL'))
    .option('--token-file <file>', 'write the enrollment token to this file instead of showing it')
    .action(async (name: string, options: CreateOptions, self: Command) =>
      createAgent(await openSession(self), name, options),
    );
  withList(verb(noun, 'list', 'list agents', 'bailiwick agent list --state FAILED'), AgentsDocument, {
    ...AGENT,
    variables: ({ name, externalId, state, createdSince }: ListOptions) => ({
      filter: { names: name, externalIds: externalId, states: state, createdSince },
    }),
  })
    .option('--name <name>', 'of this name; may be repeated', collect)
    .option('--external-id <id>', 'with this id in another system; may be repeated', collect)
    .option('--created-since <time>', 'created then or later: a time, or how long ago', parsePast)
    .addOption(repeatable('--state <state>', 'in this state', Object.keys(AGENT_STATES)));
  withShow(
    verb(noun, 'show <name>', 'show one agent and its last result', 'bailiwick agent show web-1'),
    AGENT,
    printLastResult,
  );
  registerUpdate(noun, { ...AGENT, example: 'web-1', update: UpdateAgentDocument, changes: [EXTERNAL_ID] });
  registerBind(noun);
  registerTransitions(noun);
  registerAgentHistory(noun);
  registerAgentWatch(noun);
  registerAgentRun(noun);
  registerAgentJoin(noun);
  registerAgentLeave(noun);
}

function registerBind(noun: Command): void {
  verb(
    noun,
    'bind <name> [allowlist]',
    'bind an agent to another list, or to none',
    'bailiwick agent bind web-1 web-next',
  )
    .option('--etag <etag>', 'the etag of the reviewed list; if the list changed since, nothing is bound')
    .action(async (name: string, allowlist: string | undefined, { etag }: { etag?: string }, self: Command) => {
      const session = await openSession(self);
      const input = { agent: agentRef(name), ...(await reviewed(session, allowlist, etag)) };
      printObject(session, (await send(session, BindAllowlistDocument, input, 'agent')).agent, AGENT);
    });
}

function registerTransitions(noun: Command): void {
  registerTransition(noun, 'reset', 'put a failed or banned agent back to PENDING', ResetAgentDocument);
  registerTransition(noun, 'ban', 'ban an agent: its tokens stop at once', BanAgentDocument);
  registerTransition(noun, 'unban', 'take a ban back', UnbanAgentDocument);
  withConfirmation(registerTransition(noun, 'retire', 'retire an agent for good', RetireAgentDocument), {
    noun: 'agent',
    takes: 'its enrollment and its tokens',
  });
}

/** A change of an agent at its etag, with a reason. */
type AgentChange = typeof ResetAgentDocument | typeof BanAgentDocument;

function registerTransition(noun: Command, name: string, summary: string, document: AgentChange): Command {
  return verb(noun, `${name} <name>`, summary, `bailiwick agent ${name} web-1 --reason "ticket 42"`)
    .option('--reason <text>', 'why')
    .option('--etag <etag>', 'the etag of the reviewed agent; if it changed since, nothing is done')
    .action(async (name: string, { reason, etag }: { reason?: string; etag?: string }, self: Command) => {
      const session = await openSession(self);
      const agent = await findAgent(session, name);
      const input = { agent: { id: agent.id }, etag: etag ?? agent.etag, reason };
      printObject(session, (await send(session, document, input, 'agent')).agent, AGENT);
    });
}

/** A list as the operator reviewed it, or as it is now; the server refuses an etag without a list. */
async function reviewed(session: Session, name: string | undefined, etag: string | undefined) {
  if (name === undefined) return { allowlist: null, allowlistEtag: etag ?? null };
  const found = await findAllowlist(session, name);
  return { allowlist: { id: found.id }, allowlistEtag: etag ?? found.etag };
}

async function createAgent(session: Session, name: string, options: CreateOptions): Promise<void> {
  const { allowlist, allowlistEtag, externalId, tpmKind, tokenFile } = options;
  if (session.format === 'name' && tokenFile === undefined) {
    throw new CliError('with -o name the enrollment token would be lost; add --token-file', EXIT.usage);
  }
  // Without a list, the agent gets the default of its project.
  const isDefault = allowlist === undefined && allowlistEtag === undefined;
  const bound = isDefault ? {} : await reviewed(session, allowlist, allowlistEtag);
  const input = { name, externalId, tpmKind, ...bound };
  const fields = ['agent', 'enrollmentToken', 'expiresAt'] as const;
  const { agent, enrollmentToken, expiresAt } = await send(session, CreateAgentDocument, input, ...fields);
  if (tokenFile !== undefined) {
    await writePrivateFile(tokenFile, `${enrollmentToken}\n`);
    printObject(session, agent, AGENT);
    const use = `bailiwick agent run --token-file ${shellWord(tokenFile)}`;
    return note(session, `the enrollment token is in ${tokenFile} and is valid until ${expiresAt}; to use it: ${use}`);
  }
  const created: Table<AgentFragment & { enrollmentToken: string; expiresAt: string }> = AGENT;
  printObject(
    session,
    { ...agent, enrollmentToken, expiresAt },
    {
      ...created,
      more: [
        ['Enrollment token', 'enrollmentToken'],
        ['  valid until', 'expiresAt'],
      ],
    },
  );
}

function printLastResult({ lastResult }: Found): void {
  if (lastResult === null) return;
  print(printable(`Last result, of ${lastResult.receivedAt}:`));
  for (const line of describeResult(lastResult)) print(line);
}
