import type { Command } from 'commander';
import {
  type AgentState,
  CreateNodeDocument,
  DeleteNodeDocument,
  type NodeAvailability,
  type NodeFragment,
  type NodeReadiness,
  NodesDocument,
  RejoinNodeDocument,
  SetNodeAddressDocument,
  SetNodeAvailabilityDocument,
  SetNodeLabelsDocument,
  SetNodeLeaseHolderDocument,
  SetNodeTenantsDocument,
  UpdateNodeDocument,
} from '../../generated/documents.js';
import type { Mutation, Payload } from '../common/client.js';
import { withConfirmation } from '../common/confirm.js';
import { CliError, EXIT } from '../common/errors.js';
import { agentRef, projectRef, userRef } from '../common/refs.js';
import { DESCRIPTION, registerUpdate, withCreate, withDelete, withList, withShow } from '../common/resource.js';
import { openSession, printObject, send } from '../common/session.js';
import { choice, collect, collectPair, repeatable, verb } from '../common/verb.js';
import { findNode, NODE, printFacts } from './node-table.js';

const AVAILABILITIES: readonly NodeAvailability[] = ['ACTIVE', 'PAUSE', 'DRAIN'];
const READINESS: readonly NodeReadiness[] = ['READY', 'LOST', 'NEVER_READY'];
const STATES: readonly AgentState[] = ['CREATED', 'PENDING', 'TRUSTED', 'STALE', 'FAILED', 'BANNED', 'RETIRED'];

interface CreateOptions {
  readonly description?: string;
  readonly address?: string;
  readonly availability?: NodeAvailability;
  readonly label?: ReadonlyMap<string, string>;
  readonly tenant?: string[];
  readonly withoutTenants?: boolean;
  readonly agent?: string;
}

interface ListOptions {
  readonly name?: string[];
  readonly startsWith?: string;
  readonly address?: string[];
  readonly availability?: NodeAvailability[];
  readonly trust?: AgentState[];
  readonly label?: ReadonlyMap<string, string>;
  readonly ready?: boolean;
  readonly readiness?: NodeReadiness[];
}

const pairs = (labels: ReadonlyMap<string, string> | undefined) =>
  labels && [...labels].map(([key, value]) => ({ key, value }));

export function registerNode(noun: Command): void {
  registerList(noun);
  withNewNode(
    verb(
      noun,
      'create <name>',
      'create a node that waits for its machine',
      'bailiwick node create web-1 --address web-1.example.org',
    ),
  );
  withNewNode(
    verb(
      noun,
      'adopt <name>',
      'create a node whose machine has an agent already',
      'bailiwick node adopt web-1 --agent agt_…',
    ),
  ).requiredOption('--agent <agent>', 'the agent of its machine, of an operators’ project');
  withShow(
    verb(noun, 'show <node>', 'show one node and what its machine reports', 'bailiwick node show web-1'),
    NODE,
    printFacts,
  );
  registerUpdate(noun, { ...NODE, example: 'web-1', update: UpdateNodeDocument, changes: [DESCRIPTION] });
  withDelete(
    verb(noun, 'delete <node>', 'delete a node', 'bailiwick node delete web-1'),
    { ...NODE, takes: 'its labels, lease and facts; its agent is retired' },
    DeleteNodeDocument,
  );
  registerRejoin(noun);
  registerSettings(noun);
  registerUse(noun);
  registerAvailability(noun);
}

function registerList(noun: Command): void {
  withList(verb(noun, 'list', 'list nodes', 'bailiwick node list --trust FAILED'), NodesDocument, {
    ...NODE,
    variables: ({ name, startsWith, address, availability, trust, label, ready, readiness }: ListOptions) => ({
      filter: {
        names: name,
        nameStartsWith: startsWith,
        addresses: address,
        availabilities: availability,
        trustStates: trust,
        labels: pairs(label),
        isReady: ready,
        readiness,
      },
    }),
  })
    .option('--name <name>', 'of this name; may be repeated', collect)
    .option('--starts-with <text>', 'whose names begin so')
    .option('--address <address>', 'with this address; may be repeated', collect)
    .option('--label <key=value>', 'with this label; may be repeated, for nodes that have all', collectPair)
    .option('--ready', 'that are Ready')
    .option('--no-ready', 'that are not Ready')
    .addOption(repeatable('--readiness <word>', 'that are Ready, no longer or never were', READINESS))
    .addOption(repeatable('--availability <word>', 'that take workloads, or no longer', AVAILABILITIES))
    .addOption(repeatable('--trust <state>', 'whose agents are in this state', STATES));
}

function withNewNode(command: Command): Command {
  return withCreate(command, NODE, CreateNodeDocument, (name, options: CreateOptions) => ({
    name,
    description: options.description,
    address: options.address,
    availability: options.availability,
    labels: pairs(options.label),
    tenants: options.tenant?.map(projectRef) ?? (options.withoutTenants ? [] : undefined),
    agent: options.agent === undefined ? undefined : agentRef(options.agent),
  }))
    .option('--description <text>', 'what it is for')
    .option('--address <address>', 'its host name or IP address')
    .option('--label <key=value>', 'a label, such as admin.rack=7; may be repeated', collectPair)
    .option('--tenant <project>', 'a project whose workloads it takes, instead of any; may be repeated', collect)
    .option('--without-tenants', 'it takes no project’s workloads')
    .addOption(choice('--availability <word>', 'whether it takes workloads, by default PAUSE', AVAILABILITIES));
}

/** A payload with the changed node. */
type Changed = Payload & { readonly node: NodeFragment | null };

/** Makes a command change a node at its current etag. */
function withChange<Input extends { readonly node: object; readonly etag: string }>(
  command: Command,
  document: Mutation<Changed, Input>,
  toInput: (args: readonly string[], options: Record<string, never>) => Omit<Input, 'node' | 'etag'>,
): Command {
  return command.action(async (...given: unknown[]) => {
    const self = given.at(-1) as Command;
    const [name = '', ...args] = self.args;
    const change = toInput(args, self.opts());
    const session = await openSession(self);
    const { id, etag } = await findNode(session, name);
    const input = { node: { id }, etag, ...change } as unknown as Input;
    printObject(session, (await send(session, document, input, 'node')).node, NODE);
  });
}

function registerRejoin(noun: Command): void {
  withConfirmation(
    withChange(
      verb(
        noun,
        'rejoin <node>',
        'take its machine from a node, which then waits for another',
        'bailiwick node rejoin web-1',
      ),
      RejoinNodeDocument,
      () => ({}),
    ),
    { noun: 'agent of the node', takes: 'the labels, the address, the lease and the facts of the node' },
  );
}

function registerSettings(noun: Command): void {
  withChange(
    verb(
      noun,
      'label <node> [labels...]',
      'set and remove labels',
      'bailiwick node label web-1 admin.rack=7 --remove admin.row',
    ),
    SetNodeLabelsDocument,
    (labels, { remove }) => ({ add: labels.map(labelOf), remove }),
  ).option('--remove <key>', 'the key of a label to remove; may be repeated', collect);
  withChange(
    verb(
      noun,
      'address <node> [address]',
      'set the address of a node, or clear it',
      'bailiwick node address web-1 192.0.2.7',
    ),
    SetNodeAddressDocument,
    ([address]) => ({ address: address ?? null }),
  );
}

/** Whose workloads it takes, and who says that it works. */
function registerUse(noun: Command): void {
  withChange(
    verb(
      noun,
      'tenants <node> [projects...]',
      'set whose workloads a node takes; by default any project’s',
      'bailiwick node tenants web-1 shop/web',
    ),
    SetNodeTenantsDocument,
    (projects, { none }) => {
      if (none && projects.length > 0) throw new CliError('name projects or --none, not both', EXIT.usage);
      return { tenants: projects.length > 0 ? projects.map(projectRef) : none ? [] : null };
    },
  ).option('--none', 'no project’s');
  withChange(
    verb(
      noun,
      'lease-holder <node> [user]',
      'name who renews the lease of a node instead of its agent',
      'bailiwick node lease-holder web-1 worker',
    ),
    SetNodeLeaseHolderDocument,
    ([user]) => ({ user: user === undefined ? null : userRef(user) }),
  );
}

function labelOf(text: string) {
  const [, key, value] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
  if (key === undefined || value === undefined)
    throw new CliError(`a label has the form KEY=VALUE, such as admin.rack=7; to remove one, use --remove`, EXIT.usage);
  return { key, value };
}

const VERBS = [
  ['drain', 'let the workloads of a node leave it', 'DRAIN'],
  ['pause', 'let a node take nothing new', 'PAUSE'],
  ['resume', 'let a node take workloads', 'ACTIVE'],
] as const;

function registerAvailability(noun: Command): void {
  for (const [name, summary, availability] of VERBS)
    withChange(
      verb(noun, `${name} <node>`, summary, `bailiwick node ${name} web-1`),
      SetNodeAvailabilityDocument,
      () => ({
        availability,
      }),
    );
}
