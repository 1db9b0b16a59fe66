import {
  ActivateAgentDocument,
  BeginAttestationDocument,
  EnrollAgentDocument,
  LogInAgentDocument,
  type QuoteInput,
  SubmitEvidenceDocument,
} from '../../../generated/documents.js';
import { mutate } from '../../common/client.js';
import type { Connection } from '../../common/connection.js';
import { bufferContent, upload } from '../../common/uploads.js';
import type { TpmKeys, TpmQuote } from './tpm2-tools.js';

export interface Evidence {
  readonly attestationId: string;
  readonly quote: TpmQuote;
  /** The log from `offset` on; null when the challenge needs no log. */
  readonly log: { readonly bytes: Buffer; readonly isInline: boolean; readonly offset: number } | null;
}

/** The server's response to evidence. */
export type Submission = Awaited<ReturnType<typeof submit>>;

/** The part of a quote that `logInAgent` and `submitEvidence` take. */
function toQuoteInput({ message, signature, pcrs }: TpmQuote): QuoteInput {
  return { message: toBase64(message), signature: toBase64(signature), pcrs };
}

export const toBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

export function enroll(connection: Connection, enrollmentToken: string, keys: TpmKeys) {
  const endorsementKey = toBase64(keys.endorsementKey);
  const input = { enrollmentToken, endorsementKey, attestationKey: toBase64(keys.attestationKey) };
  return mutate(connection, EnrollAgentDocument, input, 'agentId', 'credentialBlob', 'encryptedSecret');
}

export function activate(connection: Connection, enrollmentToken: string, secret: Uint8Array) {
  const input = { enrollmentToken, secret: toBase64(secret) };
  return mutate(connection, ActivateAgentDocument, input, 'agentId', 'token');
}

export async function requestLogIn(connection: Connection, agentId: string) {
  return (await mutate(connection, LogInAgentDocument, { agentId }, 'challenge')).challenge;
}

export async function logIn(connection: Connection, agentId: string, quote: TpmQuote): Promise<string> {
  const input = { agentId, quote: toQuoteInput(quote) };
  return (await mutate(connection, LogInAgentDocument, input, 'token')).token;
}

export async function begin(connection: Connection, bank: string) {
  return (await mutate(connection, BeginAttestationDocument, { hashAlgorithms: [bank] }, 'challenge')).challenge;
}

export async function submit(connection: Connection, { attestationId, quote, log }: Evidence) {
  const input = { attestationId, quote: toQuoteInput(quote), ...(log !== null && (await toLogInput(connection, log))) };
  return mutate(connection, SubmitEvidenceDocument, input, 'result');
}

/** Uploads a log first if it is too large for the mutation. */
async function toLogInput(
  connection: Connection,
  { bytes, isInline, offset: imaOffset }: NonNullable<Evidence['log']>,
) {
  if (isInline) return { imaLog: bytes.toString('utf8'), imaOffset };
  return { imaLogUploadId: await upload(connection, bufferContent('IMA log', bytes)), imaOffset };
}
