import { stat } from 'node:fs/promises';
import type { Command } from 'commander';
import type { CreateAllowlistInput } from '../../generated/documents.js';
import type { Connection } from '../common/connection.js';
import { CliError, EXIT, messageOf } from '../common/errors.js';
import { readTextFile } from '../common/files.js';
import type { Session } from '../common/session.js';
import { tell } from '../common/terminal.js';
import { fileContent, upload } from '../common/uploads.js';
import { MAX_PCR_POLICY_BYTES, readExcludes } from './verify/policy-files.js';

/** Content up to this size is part of the mutation itself. */
const MAX_INLINE_BYTES = 512 * 1024;

/** A busy server needs more than a minute to check the largest list. */
const CHECK_TIMEOUT_MS = 200_000;

/** The policies of a list, as input of `createAllowlist` and `publishAllowlistRevision`. */
type PolicyInput = Pick<CreateAllowlistInput, 'imaPolicy' | 'tpmPolicy' | 'vtpmPolicy'>;

export interface PolicyOptions {
  readonly imaPolicy?: string;
  readonly excludes?: string;
  readonly tpmPolicy?: string;
  readonly vtpmPolicy?: string;
}

/** Adds the options for the files of an allowlist's policies. */
export function withPolicies(command: Command): Command {
  return command
    .option('--ima-policy <file>', "what files may be measured: Keylime's JSON, or sha256sum's lines")
    .option('--excludes <file>', 'regular expressions of paths to ignore, one per line')
    .option('--tpm-policy <file>', "PCR values for physical TPMs, Keylime's JSON")
    .option('--vtpm-policy <file>', "PCR values for virtual TPMs, Keylime's JSON");
}

/** The same session, with a longer timeout while the server checks a list. */
export function whileChecking(session: Session): Session {
  return { ...session, connection: { ...session.connection, timeoutMs: CHECK_TIMEOUT_MS } };
}

/**
 * Reads the files, uploads large content first, and returns the input for the API. Prints warnings about the policies;
 * for a list only if it is small.
 */
export async function toPolicyInput(connection: Connection, options: PolicyOptions): Promise<PolicyInput> {
  const { imaPolicy, excludes, tpmPolicy, vtpmPolicy } = options;
  if (imaPolicy === undefined && tpmPolicy === undefined && vtpmPolicy === undefined) {
    throw new CliError('give at least one of --ima-policy, --tpm-policy and --vtpm-policy', EXIT.usage);
  }
  if (excludes !== undefined && imaPolicy === undefined)
    throw new CliError('--excludes belongs to --ima-policy', EXIT.usage);
  const pcrPolicies = {
    ...(tpmPolicy !== undefined && { tpmPolicy: await readTextFile(tpmPolicy, MAX_PCR_POLICY_BYTES) }),
    ...(vtpmPolicy !== undefined && { vtpmPolicy: await readTextFile(vtpmPolicy, MAX_PCR_POLICY_BYTES) }),
  };
  const patterns = excludes === undefined ? {} : { excludes: await readExcludes(excludes) };
  const content = imaPolicy === undefined ? undefined : await toContent(connection, imaPolicy);
  const { doubtsAbout } = await import('./verify/lint.js');
  const small = content !== undefined && 'content' in content ? content.content : undefined;
  for (const doubt of doubtsAbout({ imaPolicy: small, ...patterns, pcrPolicies: Object.values(pcrPolicies) }))
    tell(doubt);
  return { ...pcrPolicies, ...(content !== undefined && { imaPolicy: { ...content, ...patterns } }) };
}

async function toContent(connection: Connection, file: string): Promise<{ content: string } | { uploadId: string }> {
  const { size } = await stat(file).catch((error: unknown) => {
    throw new CliError(`cannot read ${file}: ${messageOf(error)}`, EXIT.usage);
  });
  if (size > MAX_INLINE_BYTES) return { uploadId: await upload(connection, fileContent(file)) };
  return { content: await readTextFile(file, MAX_INLINE_BYTES) };
}
