import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AllowlistContentDocument } from '../../generated/documents.js';
import { refusedResponse } from '../common/client.js';
import { ApiError, CliError, EXIT } from '../common/errors.js';
import { allowlistRef } from '../common/refs.js';
import { unreachable } from '../common/refusals.js';
import { get, type Session } from '../common/session.js';
import { exchange } from '../common/transport.js';

const TIMEOUT_MS = 300_000;

/** Writes a list's runtime policy to standard output, exactly as it was uploaded. */
export async function writeContent(session: Session, name: string): Promise<void> {
  const allowlist = await get(session, AllowlistContentDocument, { ref: allowlistRef(name) }, 'allowlist');
  const revision = allowlist.currentRevision;
  if (revision.imaPolicyDigest === null) throw new CliError(`${name} has no runtime policy`, EXIT.notFound);
  const content =
    revision.imaPolicy === null ? await download(session, revision.id) : Readable.from([revision.imaPolicy]);
  await pipeline(content, process.stdout, { end: false });
}

/** Content that is too large for a GraphQL response has its own route. */
async function download({ connection }: Session, revisionId: string): Promise<Readable> {
  const response = await exchange(connection, `/allowlist-revisions/${revisionId}/ima-policy`, {
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((error: unknown) => {
    throw unreachable(connection, error);
  });
  if (response.status === 404) throw new ApiError('NOT_FOUND', 'NOT_FOUND: No such allowlist.');
  if (!response.ok || response.body === null) throw await refusedResponse(connection, response);
  return Readable.fromWeb(response.body);
}
