import { createHmac, randomBytes } from 'node:crypto';
import { isEqual } from '../../platform/secrets.js';
import type { RecordRow } from '../records/index.js';
import type { HashAlgorithm } from '../tpm/index.js';

/** What the server asks an agent for. */
export interface Asked {
  /** The number that open challenges of the agent have. */
  readonly number: number;
  readonly expiresAt: Date;
  readonly imaOffset: number;
  readonly pcrs: readonly number[];
  readonly hashAlgorithms: readonly HashAlgorithm[];
}

/** A challenge, which is kept nowhere: its id says all of it, and proves that this deployment said it. */
export interface Challenge extends Asked {
  readonly id: string;
  readonly nonce: Buffer;
}

const PREFIX = 'att_';
const RANDOM_BYTES = 16;
const NUMBER_BYTES = 4;
/** Milliseconds since 1970, and log entries. */
const COUNT_BYTES = 6;
/** A bit for each PCR. */
const PCRS_BYTES = 3;
const [NUMBER_AT, EXPIRY_AT] = [RANDOM_BYTES, RANDOM_BYTES + NUMBER_BYTES];
const OFFSET_AT = EXPIRY_AT + COUNT_BYTES;
const PCRS_AT = OFFSET_AT + COUNT_BYTES;
const BANKS_AT = PCRS_AT + PCRS_BYTES;
const HEAD_BYTES = BANKS_AT + 1;
const NONCE_BYTES = 32;
const PROOF_BYTES = 18;
/** Base64url of whole groups of three bytes: each text is one sequence of bytes, and each sequence one text. */
const ID = new RegExp(`^${PREFIX}[A-Za-z0-9_-]{${((HEAD_BYTES + PROOF_BYTES) / 3) * 4}}$`);

/** The place of each bank is its bit. */
const BANKS: readonly HashAlgorithm[] = ['sha1', 'sha256', 'sha384', 'sha512'];
const PCR_COUNT = PCRS_BYTES * 8;
const PCRS = Array.from({ length: PCR_COUNT }, (_, pcr) => pcr);

/** Makes a challenge for an agent: random bytes ‖ what is asked for, and a MAC over the agent's id and both. */
export function makeChallenge(key: Uint8Array, agentId: string, asked: Asked): Challenge {
  const head = Buffer.alloc(HEAD_BYTES);
  randomBytes(RANDOM_BYTES).copy(head);
  head.writeUInt32BE(asked.number, NUMBER_AT);
  head.writeUIntBE(asked.expiresAt.getTime(), EXPIRY_AT, COUNT_BYTES);
  head.writeUIntBE(asked.imaOffset, OFFSET_AT, COUNT_BYTES);
  head.writeUIntBE(bitsOf(PCRS, asked.pcrs), PCRS_AT, PCRS_BYTES);
  head.writeUInt8(bitsOf(BANKS, asked.hashAlgorithms), BANKS_AT);
  const { nonce, proof } = macOf(key, agentId, head);
  return { ...asked, id: PREFIX + Buffer.concat([head, proof]).toString('base64url'), nonce };
}

/** The challenge of an id that was made for this agent; null for any other text. */
export function readChallenge(key: Uint8Array, agentId: string, id: string): Challenge | null {
  if (!ID.test(id)) return null;
  const bytes = Buffer.from(id.slice(PREFIX.length), 'base64url');
  const head = bytes.subarray(0, HEAD_BYTES);
  const { nonce, proof } = macOf(key, agentId, head);
  if (!isEqual(bytes.subarray(HEAD_BYTES), proof)) return null;
  return {
    id,
    nonce,
    number: head.readUInt32BE(NUMBER_AT),
    expiresAt: new Date(head.readUIntBE(EXPIRY_AT, COUNT_BYTES)),
    imaOffset: head.readUIntBE(OFFSET_AT, COUNT_BYTES),
    pcrs: thoseOf(PCRS, head.readUIntBE(PCRS_AT, PCRS_BYTES)),
    hashAlgorithms: thoseOf(BANKS, head.readUInt8(BANKS_AT)),
  };
}

/** The nonce says nothing of the proof: they are different parts of one pseudorandom output. */
function macOf(key: Uint8Array, agentId: string, head: Uint8Array): { nonce: Buffer; proof: Buffer } {
  const mac = createHmac('sha512', key).update(agentId).update('\0').update(head).digest();
  return { nonce: mac.subarray(0, NONCE_BYTES), proof: mac.subarray(NONCE_BYTES, NONCE_BYTES + PROOF_BYTES) };
}

const bitsOf = <One>(all: readonly One[], some: readonly One[]): number =>
  all.reduce((bits, one, place) => (some.includes(one) ? bits + 2 ** place : bits), 0);

const thoseOf = <One>(all: readonly One[], bits: number): One[] => all.filter((_, place) => (bits >> place) & 1);

/** USED when evidence was recorded for it; VOID when something else made the challenges of its time void. */
export type ChallengeState = 'OPEN' | 'USED' | 'VOID';

/** Whether evidence for a challenge counts. The agent's record, which who writes locks, decides. */
export function stateOf({ id, number }: Challenge, record: RecordRow): ChallengeState {
  if (number === record.challengeNumber) return 'OPEN';
  return id === record.answeredChallenge ? 'USED' : 'VOID';
}

/** The change of a record whose open challenges become void. */
export const voided = ({ challengeNumber }: RecordRow) => ({ challengeNumber: challengeNumber + 1 });
