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
import { type Column, formatValue, printable, toJson } from '../common/output.js';
import { withList } from '../common/resource.js';
import { note, openSession, printList, printObject, type Session, send } from '../common/session.js';
import { print } from '../common/terminal.js';
import { parseRevision, verb } from '../common/verb.js';
import { differences, getRevision, readChange, toPolicyFile } from './policies/changes.js';

const REVISION: readonly Column<RevisionFragment>[] = [
  ['NUMBER', 'number'],
  ['WHEN', 'createdAt'],
  ['WHO', 'user.name'],
  ['OVERRIDES', 'overrides.length'],
  ['NEW DEFAULTS', 'enforceNewDefaults'],
  ['ROLLED BACK TO', 'rolledBackTo'],
  ['REASON', 'reason'],
];

type Preview = NonNullable<NonNullable<PreviewPolicyChangeQuery['payload']>['preview']>;

const DIFFERENCES: readonly Column<Preview['differences'][number]>[] = [
  ['PERSONA', 'persona'],
  ['POLICY', 'policy'],
  ['ROW', 'target'],
  ['CHANGE', 'change'],
];

const PROOFS = [
  ['POLICY', 'policy'],
  ['SCOPE', 'scopeType'],
  ['ACCESS', 'verdict'],
  ['FOR EXAMPLE WHEN', 'when'],
] as const;

const CHANGES = [
  ['POLICY', 'policy'],
  ['SCOPE', 'scopeType'],
  ['CHANGE', 'change'],
  ['REQUESTS', 'count'],
  ['FIRST', 'firstAt'],
  ['LAST', 'lastAt'],
] as const;

interface ChangeOptions {
  readonly reason?: string;
  readonly previewHash?: string;
  readonly oldDefaults?: boolean;
  readonly newDefaults?: boolean;
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
  withDefaults(withReason(take))
    .option('--preview-hash <hash>', 'only if the change is still the one that was previewed')
    .action(async (file: string, options: ChangeOptions, self: Command) => {
      const session = await openSession(self);
      const change = await readChange(session, file, newDefaultsOf(options));
      const { reason, previewHash } = options;
      const baseRevision = change.inForce.number;
      printRevision(
        session,
        await change.send(SetPolicyOverridesDocument, { baseRevision, reason, previewHash }, 'revision'),
      );
    });
  withReason(
    verb(
      noun,
      'rollback <revision>',
      'return to an earlier revision; 0 is the built-in set',
      'bailiwick policy rollback 3',
    ),
  ).action(async (text: string, { reason }: ChangeOptions, self: Command) => {
    const session = await openSession(self);
    const baseRevision = (await getRevision(session)).number;
    const input = { revision: parseRevision(text), baseRevision, reason };
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
      print(session.format === 'json' ? toJson(found) : toPolicyFile(found));
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
    printPreview(session, (await change.send(PreviewPolicyChangeDocument, {}, 'preview')).preview);
  });
  withList(
    verb(noun, 'revisions', 'list the revisions of the overrides, newest first', 'bailiwick policy revisions'),
    PolicyRevisionsDocument,
    { columns: REVISION },
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

function printPreview(session: Session, preview: Preview): void {
  if (session.format === 'json') {
    print(toJson(preview));
    return;
  }
  printList(session, preview.differences, DIFFERENCES);
  if (preview.differencesOmitted > 0) note(session, `and ${preview.differencesOmitted} more`);
  const proofs = preview.proofs.map((proof) => {
    const when = proof.counterexample?.map(({ atom, value }) => `${formatValue(atom)} is ${formatValue(value)}`);
    return { ...proof, when: when?.join(', ') };
  });
  if (session.format === 'table') print('');
  printList(session, proofs, PROOFS);
  note(
    session,
    `compared with revision ${preview.baseRevision}; bring it into force as it is: --preview-hash ${preview.hash}`,
  );
}

async function printCandidate(session: Session): Promise<void> {
  const { item } = await request(session.connection, PolicyCandidateDocument, {});
  if (session.format === 'json') return print(toJson(item));
  if (item === null) return note(session, 'nothing is tried out');
  note(session, `candidate ${item.revision.number}: ${item.revision.overrides.length} overrides`);
  printList(session, item.changes, CHANGES);
}
