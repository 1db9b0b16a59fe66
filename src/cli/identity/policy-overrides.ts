import type { Command } from 'commander';
import {
  DeletePolicyCandidateDocument,
  PolicyCandidateDocument,
  PolicyRevisionsDocument,
  PreviewPolicyChangeDocument,
  type PreviewPolicyChangeQuery,
  type RevisionFragment,
  RollbackPolicyOverridesDocument,
  SetPolicyCandidateDocument,
  SetPolicyOverridesDocument,
} from '../../generated/documents.js';
import { request } from '../common/client.js';
import { printable } from '../common/output.js';
import { withList } from '../common/resource.js';
import { note, openSession, printList, printObject, type Session, send } from '../common/session.js';
import { shellWord } from '../common/shell.js';
import { isData, isForPeople, type Table, toData } from '../common/table.js';
import { print } from '../common/terminal.js';
import { parseRevision, verb } from '../common/verb.js';
import { differences, type FileChange, getRevision, readChange, toPolicyFile } from './policies/changes.js';

const REVISION: Table<RevisionFragment> = {
  plural: 'revisions',
  columns: [
    ['Number', 'number'],
    ['When', 'createdAt'],
    ['Who', 'user.name'],
    ['Overrides', 'overrides.length'],
    ['Reason', 'reason'],
  ],
  wide: [
    ['New defaults', 'enforceNewDefaults'],
    ['Rolled back to', 'rolledBackTo'],
  ],
  name: ({ number }) => number,
};

type Preview = NonNullable<NonNullable<PreviewPolicyChangeQuery['payload']>['preview']>;

const DIFFERENCES: Table<Preview['differences'][number]> = {
  plural: 'differences',
  columns: [
    ['Persona', 'persona'],
    ['Policy', 'policy'],
    ['Row', 'target'],
    ['Change', 'change'],
  ],
  name: ({ policy }) => policy,
};

const PROOFS: Table<Preview['proofs'][number]> = {
  plural: 'proofs',
  columns: [
    ['Policy', 'policy'],
    ['Scope', 'scopeType'],
    ['Access', 'verdict'],
    ['For example when', ({ counterexample }) => counterexample?.map(({ atom, value }) => `${atom} is ${value}`)],
  ],
  name: ({ policy }) => policy,
};

const CHANGES = {
  plural: 'differing decisions',
  columns: [
    ['Policy', 'policy'],
    ['Scope', 'scopeType'],
    ['Change', 'change'],
    ['Requests', 'count'],
  ],
  wide: [
    ['First', 'firstAt'],
    ['Last', 'lastAt'],
  ],
} as const;

interface ChangeOptions {
  readonly reason?: string;
  readonly previewHash?: string;
  readonly oldDefaults?: boolean;
  readonly newDefaults?: boolean;
  readonly dryRun?: boolean;
}

/** The verbs that read and change the policies in force on a server. */
export function registerPolicyOverrides(noun: Command): void {
  registerReading(noun);
  const take = verb(
    noun,
    'import <file>',
    'bring a policy file into force, in place of all overrides',
    'bailiwick policy import policy.yaml --reason "managers create domains"',
  );
  withDryRun(withDefaults(withReason(take)))
    .option('--preview-hash <hash>', 'only if the change is still the one that was previewed')
    .action(async (file: string, options: ChangeOptions, self: Command) => {
      const session = await openSession(self);
      const change = await readChange(session, file, newDefaultsOf(options));
      if (options.dryRun) return previewImport(session, change, file, options);
      const { reason, previewHash } = options;
      const baseRevision = change.inForce.number;
      printRevision(
        session,
        await change.send(SetPolicyOverridesDocument, { baseRevision, reason, previewHash }, 'revision'),
      );
    });
  const back = verb(
    noun,
    'rollback <revision>',
    'return to an earlier revision; 0 is the built-in set',
    'bailiwick policy rollback 3',
  );
  withDryRun(withReason(back)).action(async (text: string, { reason, dryRun }: ChangeOptions, self: Command) => {
    const session = await openSession(self);
    const revision = parseRevision(text);
    if (dryRun) return previewRollback(session, revision);
    const baseRevision = (await getRevision(session)).number;
    const input = { revision, baseRevision, reason };
    printRevision(session, await send(session, RollbackPolicyOverridesDocument, input, 'revision'));
  });
  registerCandidate(noun);
}

function registerReading(noun: Command): void {
  verb(noun, 'export', 'print the overrides in force as a policy file', 'bailiwick policy export > policy.yaml')
    .option('--revision <number>', 'the overrides of another revision', parseRevision)
    .action(async ({ revision }: { revision?: number }, self: Command) => {
      const session = await openSession(self);
      const found = await getRevision(session, revision);
      print(isData(session.format) ? toData(session.format, found) : toPolicyFile(found));
    });
  verb(
    noun,
    'diff <file>',
    'show what a policy file changes in the overrides in force',
    'bailiwick policy diff policy.yaml',
  ).action(async (file: string, _options: object, self: Command) => {
    const { inForce, input } = await readChange(await openSession(self), file);
    for (const line of differences(inForce.overrides, input.overrides)) print(printable(line));
  });
  withDefaults(
    verb(
      noun,
      'preview <file>',
      'show who would gain and who would lose access with a policy file',
      'bailiwick policy preview policy.yaml',
    ),
  ).action(async (file: string, options: ChangeOptions, self: Command) => {
    const session = await openSession(self);
    const change = await readChange(session, file, newDefaultsOf(options));
    await previewImport(session, change, file, options);
  });
  withList(
    verb(noun, 'revisions', 'list the revisions of the overrides, newest first', 'bailiwick policy revisions'),
    PolicyRevisionsDocument,
    REVISION,
  );
}

function registerCandidate(noun: Command): void {
  const candidate = verb(
    noun,
    'candidate [file]',
    'try a policy file on real requests, without effect; without a file, show which decisions would differ',
    'bailiwick policy candidate policy.yaml',
  );
  withDefaults(withReason(candidate))
    .option('--end', 'stop the candidate')
    .action(async (file: string | undefined, options: ChangeOptions & { end?: boolean }, self: Command) => {
      const session = await openSession(self);
      const { reason, end } = options;
      if (end)
        return printRevision(session, await send(session, DeletePolicyCandidateDocument, { reason }, 'revision'));
      if (file === undefined) return printCandidate(session);
      const change = await readChange(session, file, newDefaultsOf(options));
      printRevision(session, await change.send(SetPolicyCandidateDocument, { reason }, 'revision'));
    });
}

/** Only these commands have it: the API can preview no other change. */
const withDryRun = (command: Command) =>
  command.option('--dry-run', 'change nothing; show who would gain and who would lose access');

async function previewImport(
  session: Session,
  change: FileChange,
  file: string,
  options: ChangeOptions,
): Promise<void> {
  const { preview } = await change.send(PreviewPolicyChangeDocument, {}, 'preview');
  const isNew = newDefaultsOf(options);
  const defaults = isNew === undefined ? [] : [isNew ? '--new-defaults' : '--old-defaults'];
  const words = ['policy', 'import', shellWord(file), ...defaults, '--preview-hash', preview.hash];
  printPreview(session, preview, words.join(' '));
}

async function previewRollback(session: Session, number: number): Promise<void> {
  const { overrides, enforceNewDefaults } = await getRevision(session, number);
  const input = { overrides: overrides.map(({ name, check }) => ({ name, check })), enforceNewDefaults };
  printPreview(
    session,
    (await send(session, PreviewPolicyChangeDocument, input, 'preview')).preview,
    `policy rollback ${number}`,
  );
}

const withReason = (command: Command) => command.option('--reason <text>', 'why, for the audit log');

const withDefaults = (command: Command) =>
  command
    .option('--old-defaults', 'let deprecated checks allow in addition to the new ones; by default as in force')
    .option('--new-defaults', 'ignore deprecated checks');

function newDefaultsOf({ oldDefaults, newDefaults }: ChangeOptions): boolean | undefined {
  if (newDefaults) return true;
  return oldDefaults ? false : undefined;
}

function printRevision(session: Session, { revision }: { readonly revision: RevisionFragment }): void {
  printObject(session, revision, REVISION);
}

/** @param words Those of the command that makes the change. */
function printPreview(session: Session, preview: Preview, words: string): void {
  if (isData(session.format)) {
    print(toData(session.format, preview));
    return;
  }
  printList(session, preview.differences, DIFFERENCES);
  if (preview.differencesOmitted > 0) note(session, `and ${preview.differencesOmitted} more`);
  if (isForPeople(session.format)) print('');
  printList(session, preview.proofs, PROOFS);
  note(session, `compared with revision ${preview.baseRevision}; nothing is changed until: bailiwick ${words}`);
}

async function printCandidate(session: Session): Promise<void> {
  const { item } = await request(session.connection, PolicyCandidateDocument, {});
  if (isData(session.format)) return print(toData(session.format, item));
  if (item === null) return note(session, 'nothing is tried out');
  note(session, `candidate ${item.revision.number}: ${item.revision.overrides.length} overrides`);
  printList(session, item.changes, CHANGES);
}
