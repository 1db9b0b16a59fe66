import type { Command } from 'commander';
import {
  AllowlistDocument,
  type AllowlistFragment,
  AllowlistsDocument,
  CreateAllowlistDocument,
  DeleteAllowlistDocument,
  PublishAllowlistRevisionDocument,
  UpdateAllowlistDocument,
} from '../../generated/documents.js';
import { allowlistRef } from '../common/refs.js';
import { DESCRIPTION, type Resource, reference, registerUpdate, withDelete, withList } from '../common/resource.js';
import { get, openSession, printObject, type Session, send } from '../common/session.js';
import { formatOf, verb } from '../common/verb.js';
import { withColumns } from '../common/view.js';
import { type PolicyOptions, toPolicyInput, whileChecking, withPolicies } from './policy-input.js';
import type { LintOptions } from './verify/lint.js';

export const findAllowlist = (session: Session, text: string) =>
  get(session, AllowlistDocument, { ref: allowlistRef(text) }, 'allowlist');

const ALLOWLIST: Resource<'allowlist', AllowlistFragment> = {
  noun: 'allowlist',
  plural: 'allowlists',
  columns: [
    ['Name', 'name'],
    ['Owner', 'ownerType'],
    ['Revision', 'currentRevision.number'],
    ['Paths', 'currentRevision.imaPolicyPathCount'],
    ['Updated', 'updatedAt'],
  ],
  wide: [
    ['Created', 'createdAt'],
    ['Description', 'description'],
    ['Id', 'id'],
  ],
  more: [
    ['Published', 'currentRevision.createdAt'],
    ['IMA policy', 'currentRevision.imaPolicyDigest'],
    ['Bytes', 'currentRevision.imaPolicySize'],
    ['TPM policy', 'currentRevision.tpmPolicy'],
    ['vTPM policy', 'currentRevision.vtpmPolicy'],
  ],
  find: findAllowlist,
};

export function registerAllowlist(noun: Command): void {
  const create = verb(noun, 'create <name>', 'create a list', 'bailiwick allowlist create web --ima-policy web.sha256');
  withPolicies(create)
    .option('--description <text>', 'what it is for')
    .action(async (name: string, options: PolicyOptions & { description?: string }, self: Command) => {
      const session = whileChecking(await openSession(self));
      const policies = await toPolicyInput(session.connection, options);
      const input = { name, description: options.description, ...policies };
      printObject(session, (await send(session, CreateAllowlistDocument, input, 'allowlist')).allowlist, ALLOWLIST);
    });
  withList(verb(noun, 'list', 'list allowlists', 'bailiwick allowlist list'), AllowlistsDocument, ALLOWLIST);
  registerShow(noun);
  registerUpdate(noun, { ...ALLOWLIST, example: 'web', update: UpdateAllowlistDocument, changes: [DESCRIPTION] });
  const publish = verb(
    noun,
    'publish <name>',
    'publish a new revision, which replaces the whole list',
    'bailiwick allowlist publish web --ima-policy web.sha256',
  );
  withPolicies(publish).action(async (name: string, options: PolicyOptions, self: Command) => {
    const session = whileChecking(await openSession(self));
    const reviewed = reference('allowlist', await findAllowlist(session, name));
    const input = { ...reviewed, ...(await toPolicyInput(session.connection, options)) };
    const { allowlist } = await send(session, PublishAllowlistRevisionDocument, input, 'allowlist');
    printObject(session, allowlist, ALLOWLIST);
  });
  withDelete(
    verb(noun, 'delete <name>', 'delete a list that no agent is bound to', 'bailiwick allowlist delete web'),
    { ...ALLOWLIST, takes: 'all its revisions' },
    DeleteAllowlistDocument,
  );
  verb(noun, 'lint [file]', 'check a list or PCR values without a server', 'bailiwick allowlist lint web.sha256')
    .option('--excludes <file>', 'regular expressions of paths to ignore, one per line')
    .option('--tpm-policy <file>', "PCR values, Keylime's JSON")
    .action(async (file: string | undefined, options: LintOptions, self: Command) => {
      const { lint } = await import('./verify/lint.js');
      await lint(file, options, formatOf(self));
    });
}

function registerShow(noun: Command): void {
  const show = verb(noun, 'show <name>', 'show one list', 'bailiwick allowlist show web --content > web.sha256');
  withColumns(show, ALLOWLIST)
    .option('--content', 'write only the runtime policy, exactly as it was published')
    .action(async (name: string, { content }: { content?: boolean }, self: Command) => {
      const session = await openSession(self);
      if (content === true) return (await import('./allowlist-content.js')).writeContent(session, name);
      printObject(session, await findAllowlist(session, name), ALLOWLIST);
    });
}
