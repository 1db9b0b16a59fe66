import { type Connection, mutate } from '../client.js';
import {
  ACTIVATE_AGENT,
  BEGIN_ATTESTATION,
  ENROLL_AGENT,
  LOG_IN_AGENT,
  SUBMIT_EVIDENCE,
} from '../documents/machine.js';
import type { Row } from '../output.js';
import { bufferContent, upload } from '../uploads.js';
import type { TpmKeys, TpmQuote } from './tpm2-tools.js';

export interface Challenge {
  readonly attestationId: string;
  /** Base64. */
  readonly nonce: string;
  readonly pcrs: readonly number[];
  readonly hashAlgorithms: readonly string[];
  readonly imaOffset: number;
  readonly needsImaLog: boolean;
}

export interface LogInChallenge {
  /** Base64. */
  readonly nonce: string;
  readonly hashAlgorithm: string;
  readonly pcrs: readonly number[];
}

export interface Failure {
  readonly code: string;
  readonly severity: string;
  readonly message: string;
  readonly pcr?: number | null;
  readonly path?: string | null;
  readonly entry?: number | null;
  readonly expected?: readonly string[] | null;
  readonly got?: string | null;
}

export interface Result extends Row {
  readonly verdict: 'ACCEPTED' | 'REJECTED';
  readonly failures: readonly Failure[];
  readonly counts: { readonly attestedEntries: number; readonly failures: number };
  readonly stateAfter: string;
  readonly receivedAt: string;
}

export interface Submission {
  readonly result: Result;
  readonly nextAttestationAt: string | null;
}

export interface Evidence {
  readonly attestationId: string;
  readonly quote: TpmQuote;
  /** The part of the log that begins at `offset`; null when the challenge needs none. */
  readonly log: { readonly bytes: Buffer; readonly isInline: boolean; readonly offset: number } | null;
}

interface Enrollment {
  readonly agentId: string;
  readonly credentialBlob: string;
  readonly encryptedSecret: string;
}

export interface Activation {
  readonly agentId: string;
  readonly token: string;
}

/** Of a quote, what `logInAgent` and `submitEvidence` take. */
function toQuoteInput({ message, signature, pcrs }: TpmQuote): object {
  return { message: toBase64(message), signature: toBase64(signature), pcrs };
}

export const toBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

export function enroll(connection: Connection, enrollmentToken: string, keys: TpmKeys): Promise<Enrollment> {
  const endorsementKey = toBase64(keys.endorsementKey);
  return mutate<Enrollment>(connection, ENROLL_AGENT, {
    enrollmentToken,
    endorsementKey,
    attestationKey: toBase64(keys.attestationKey),
  });
}

export function activate(connection: Connection, enrollmentToken: string, secret: Uint8Array): Promise<Activation> {
  return mutate<Activation>(connection, ACTIVATE_AGENT, { enrollmentToken, secret: toBase64(secret) });
}

export async function requestLogIn(connection: Connection, agentId: string): Promise<LogInChallenge> {
  const { challenge } = await mutate<{ challenge: LogInChallenge }>(connection, LOG_IN_AGENT, { agentId });
  return challenge;
}

export async function logIn(connection: Connection, agentId: string, quote: TpmQuote): Promise<string> {
  const { token } = await mutate<{ token: string }>(connection, LOG_IN_AGENT, { agentId, quote: toQuoteInput(quote) });
  return token;
}

export async function begin(connection: Connection, bank: string): Promise<Challenge> {
  const { challenge } = await mutate<{ challenge: Challenge }>(connection, BEGIN_ATTESTATION, {
    hashAlgorithms: [bank],
  });
  return challenge;
}

export async function submit(connection: Connection, { attestationId, quote, log }: Evidence): Promise<Submission> {
  const input = { attestationId, quote: toQuoteInput(quote) };
  if (log === null) return mutate<Submission>(connection, SUBMIT_EVIDENCE, input);
  const content = log.isInline
    ? { imaLog: log.bytes.toString('utf8') }
    : { imaLogUploadId: await upload(connection, bufferContent('IMA log', log.bytes)) };
  return mutate<Submission>(connection, SUBMIT_EVIDENCE, { ...input, ...content, imaOffset: log.offset });
}
