import type { Command } from 'commander';
import {
  type AuditAction,
  AuditEntriesDocument,
  type AuditEntryFilter,
  type AuditOutcome,
  type AuditTargetType,
  type HeadFragment,
} from '../../generated/documents.js';
import { CliError, EXIT } from '../common/errors.js';
import type { Color } from '../common/layout.js';
import { listAll } from '../common/paging.js';
import { openSession, printList, printObject } from '../common/session.js';
import { isForPeople, type Table } from '../common/table.js';
import { print } from '../common/terminal.js';
import { parsePast } from '../common/times.js';
import { collect, formatOf, parseCount, repeatable, verb } from '../common/verb.js';
import { withColumns } from '../common/view.js';
import { findActor } from './actors.js';
import { getChain } from './chain.js';
import { type ReadableEntry, readable } from './names.js';
import { report } from './verdict.js';

const OUTCOMES: Readonly<Record<AuditOutcome, Color>> = { ALLOWED: 'green', DENIED: 'red', FAILED: 'red' };

const ENTRY: Table<ReadableEntry> = {
  plural: 'audit entries',
  columns: [
    ['When', 'occurredAt'],
    ['Outcome', 'outcome', OUTCOMES],
    ['Action', 'action'],
    ['Actor', 'actorName'],
    ['Target', 'targetName'],
  ],
  wide: [
    ['Actor id', 'actor.id'],
    ['Target id', 'targetId'],
    ['Policy', 'policy'],
    ['Request', 'requestId'],
  ],
};

const HEAD: Table<HeadFragment> = {
  columns: [
    ['Sequence number', 'seq'],
    ['Hash', 'hash'],
    ['Signed', 'signedAt'],
    ['Key', 'keyId'],
    ['Signature', 'signature'],
  ],
  name: ({ seq }) => seq,
};

interface ListOptions {
  readonly action?: AuditAction[];
  readonly outcome?: AuditOutcome[];
  readonly targetType?: AuditTargetType[];
  readonly target?: string[];
  readonly actor?: string[];
  readonly actorName?: string[];
  readonly domainId?: string[];
  readonly projectId?: string[];
  readonly since?: string;
  readonly until?: string;
  readonly limit: number;
}

export function registerAudit(noun: Command): void {
  registerList(noun);
  registerVerify(noun);
  verb(noun, 'export', 'write sealed entries and heads as JSON lines', 'bailiwick audit export > audit.jsonl')
    .option('--from <seq>', 'the sequence number to begin at; the first by default', parseCount)
    .action(async ({ from }: { from?: number }, self: Command) => {
      const { exportChain } = await import('./export.js');
      await exportChain(await openSession(self), from);
    });
  const head = verb(
    noun,
    'head',
    'show the newest signed head; keep a copy elsewhere',
    'bailiwick audit head -o json > head.json',
  );
  withColumns(head, HEAD).action(async (_options: object, self: Command) => {
    const session = await openSession(self);
    const { head } = await getChain(session);
    if (head === null) throw new CliError('no entry is sealed yet', EXIT.notFound);
    printObject(session, head, HEAD);
  });
  verb(noun, 'key', 'print the public keys that verify heads, in PEM', 'bailiwick audit key > audit.pub').action(
    async (_options: object, self: Command) => {
      for (const { publicKey } of (await getChain(await openSession(self))).keys) print(publicKey.trimEnd());
    },
  );
}

function registerList(noun: Command): void {
  const list = verb(
    noun,
    'list',
    'list audit entries, newest first',
    'bailiwick audit list --outcome DENIED --limit 20',
  );
  withColumns(list, ENTRY)
    .option('--action <action>', 'what was done, for example ROLE_GRANTED; may be repeated', collectWord<AuditAction>)
    .addOption(repeatable('--outcome <outcome>', 'with this outcome', Object.keys(OUTCOMES)))
    .option(
      '--target-type <type>',
      'what kind of object, for example AGENT; may be repeated',
      collectWord<AuditTargetType>,
    )
    .option('--target <id>', 'the id of the changed object; may be repeated', collect)
    .option('--actor <actor>', 'who did it, as [domain/]user, agent or id; may be repeated', collect)
    .option('--actor-name <name>', 'the name that it had then; may be repeated', collect)
    .option('--domain-id <id>', 'of this domain and its projects; may be repeated', collect)
    .option('--project-id <id>', 'of this project; may be repeated', collect)
    .option('--since <time>', 'from this time on, for example 2026-01-31T08:00:00Z, or 2d for two days ago', parsePast)
    .option('--until <time>', 'before this time', parsePast)
    .option('--limit <n>', 'how many at most', parseCount, 50)
    .action(async ({ limit, ...options }: ListOptions, self: Command) => {
      const session = await openSession(self);
      const actorIds = options.actor && (await Promise.all(options.actor.map((text) => findActor(session, text))));
      const filter = { ...filterOf(options), actorIds };
      const entries = await listAll(session, AuditEntriesDocument, { filter }, limit);
      if (!isForPeople(session.format)) return printList(session, entries, { columns: [] });
      printList(session, await readable(session, entries), ENTRY);
    });
}

const filterOf = (options: Omit<ListOptions, 'actor' | 'limit'>): AuditEntryFilter => ({
  actions: options.action,
  outcomes: options.outcome,
  targetTypes: options.targetType,
  targetIds: options.target,
  actorNames: options.actorName,
  domainIds: options.domainId,
  projectIds: options.projectId,
  since: options.since,
  until: options.until,
});

/** Collects words of the API; the server knows which there are. An action can have its stored form, role.granted. */
const collectWord = <Word extends string>(value: string, earlier?: readonly Word[]): Word[] => [
  ...(earlier ?? []),
  value.toUpperCase().replace('.', '_') as Word,
];

interface VerifyOptions {
  readonly from?: number;
  readonly to?: number;
  readonly key?: string;
  readonly sinceHead?: string;
}

function registerVerify(noun: Command): void {
  verb(
    noun,
    'verify [file]',
    'verify the chain of the server, or of an export: exit 0 when it is unchanged, 1 when it is not',
    'bailiwick audit verify --since-head head.json',
  )
    .option('--from <seq>', 'the sequence number to begin at (without a file)', parseCount)
    .option('--to <seq>', 'the sequence number to end at (without a file)', parseCount)
    .option('--key <file>', 'the public keys, in PEM (with a file)')
    .option('--since-head <file>', 'a head that you kept; the chain must contain it')
    .action(async (file: string | undefined, { from, to, key, sinceHead }: VerifyOptions, self: Command) => {
      if ((file === undefined) !== (key === undefined) || (file !== undefined && (from ?? to) !== undefined))
        throw new CliError('an export is verified with --key, a server with --from and --to', EXIT.usage);
      const { readKeptHead } = await import('./read-export.js');
      const kept = sinceHead === undefined ? null : await readKeptHead(sinceHead);
      if (file !== undefined && key !== undefined) {
        const { verifyExport } = await import('./verify-export.js');
        return report(await verifyExport(file, key, kept), formatOf(self));
      }
      const { verifyServer } = await import('./verify-server.js');
      const session = await openSession(self);
      report(await verifyServer(session, { fromSeq: from, toSeq: to }, kept), session.format);
    });
}
