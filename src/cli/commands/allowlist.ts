import type { Command } from 'commander';
import {
  CREATE_ALLOWLIST,
  DELETE_ALLOWLIST,
  GET_ALLOWLIST,
  LIST_ALLOWLISTS,
  PUBLISH_ALLOWLIST_REVISION,
} from '../documents/attestation.js';
import type { Column, Row } from '../output.js';
import { listAll } from '../paging.js';
import { type PolicyOptions, toPolicyInput, whileChecking, withPolicies } from '../policy-input.js';
import { allowlistRef } from '../refs.js';
import { get, note, openSession, printList, printObject, type Session, send } from '../session.js';
import { formatOf, verb, withLimit } from '../verb.js';
import type { LintOptions } from '../verify/lint.js';

const COLUMNS: readonly Column[] = [
  ['NAME', 'name'],
  ['OWNER', 'ownerType'],
  ['REVISION', 'currentRevision.number'],
  ['PATHS', 'currentRevision.imaPolicyPathCount'],
  ['UPDATED', 'updatedAt'],
  ['ID', 'id'],
];

const DETAILS: readonly Column[] = [
  ['Name', 'name'],
  ['Id', 'id'],
  ['Description', 'description'],
  ['Owner', 'ownerType'],
  ['Revision', 'currentRevision.number'],
  ['Published', 'currentRevision.createdAt'],
  ['IMA policy', 'currentRevision.imaPolicyDigest'],
  ['  paths', 'currentRevision.imaPolicyPathCount'],
  ['  bytes', 'currentRevision.imaPolicySize'],
  ['TPM policy', 'currentRevision.tpmPolicy'],
  ['vTPM policy', 'currentRevision.vtpmPolicy'],
  ['Created', 'createdAt'],
  ['Updated', 'updatedAt'],
];

export function registerAllowlist(noun: Command): void {
  const create = verb(noun, 'create <name>', 'create a list', 'bailiwick allowlist create web --ima-policy web.sha256');
  withPolicies(create)
    .option('--description <text>', 'what it is for')
    .action(async (name: string, options: PolicyOptions & { description?: string }, self: Command) => {
      const session = whileChecking(await openSession(self));
      const policies = await toPolicyInput(session.connection, options);
      const input = { name, description: options.description, ...policies };
      printObject(session, (await send<{ allowlist: Row }>(session, CREATE_ALLOWLIST, input)).allowlist, DETAILS);
    });
  withLimit(verb(noun, 'list', 'list allowlists', 'bailiwick allowlist list')).action(
    async ({ limit }: { limit: number }, self: Command) => {
      const session = await openSession(self);
      printList(session, await listAll(session, LIST_ALLOWLISTS, {}, limit), COLUMNS);
    },
  );
  verb(noun, 'show <name>', 'show one list', 'bailiwick allowlist show web --content > web.sha256')
    .option('--content', 'write only the runtime policy, exactly as it was published')
    .action(async (name: string, { content }: { content?: boolean }, self: Command) => {
      const session = await openSession(self);
      if (content === true) return (await import('../allowlist-content.js')).writeContent(session, name);
      printObject(session, await find(session, name), DETAILS);
    });
  const publish = verb(
    noun,
    'publish <name>',
    'publish a new revision, which replaces the whole list',
    'bailiwick allowlist publish web --ima-policy web.sha256',
  );
  withPolicies(publish).action(async (name: string, options: PolicyOptions, self: Command) => {
    const session = whileChecking(await openSession(self));
    const { etag } = await find(session, name);
    const input = { allowlist: allowlistRef(name), etag, ...(await toPolicyInput(session.connection, options)) };
    printObject(
      session,
      (await send<{ allowlist: Row }>(session, PUBLISH_ALLOWLIST_REVISION, input)).allowlist,
      DETAILS,
    );
  });
  verb(noun, 'delete <name>', 'delete a list that no agent is bound to', 'bailiwick allowlist delete web').action(
    async (name: string, _options: object, self: Command) => {
      const session = await openSession(self);
      const { etag } = await find(session, name);
      await send(session, DELETE_ALLOWLIST, { allowlist: allowlistRef(name), etag });
      note(session, `deleted ${name}`);
    },
  );
  verb(noun, 'lint [file]', 'check a list or PCR values without a server', 'bailiwick allowlist lint web.sha256')
    .option('--excludes <file>', 'regular expressions of paths to ignore, one per line')
    .option('--tpm-policy <file>', "PCR values, Keylime's JSON")
    .action(async (file: string | undefined, options: LintOptions, self: Command) => {
      const { lint } = await import('../verify/lint.js');
      await lint(file, options, formatOf(self));
    });
}

function find(session: Session, name: string): Promise<Row> {
  return get(session, GET_ALLOWLIST, { ref: allowlistRef(name) }, 'allowlist');
}
