import { createHmac, randomBytes } from 'node:crypto';
import { isEqual } from '../../platform/secrets.js';

const EXPIRY_BYTES = 6;
const RANDOM_BYTES = 10;
const MAC_BYTES = 16;
const NONCE_BYTES = EXPIRY_BYTES + RANDOM_BYTES + MAC_BYTES;

/**
 * Makes a nonce that needs no storage: expiry (milliseconds, 48 bits) ‖ random ‖ HMAC-SHA256(key, agent ‖ expiry ‖
 * random), truncated. Agents that do not exist get one too, so a request shows nothing.
 */
export function makeNonce(key: Uint8Array, agentId: string, expiresAt: Date): Buffer {
  const head = Buffer.alloc(EXPIRY_BYTES + RANDOM_BYTES);
  head.writeUIntBE(expiresAt.getTime(), 0, EXPIRY_BYTES);
  randomBytes(RANDOM_BYTES).copy(head, EXPIRY_BYTES);
  return Buffer.concat([head, mac(key, agentId, head)]);
}

/** When a nonce made for this agent expires; null for any other bytes. */
export function readNonce(key: Uint8Array, agentId: string, nonce: Uint8Array): Date | null {
  if (nonce.length !== NONCE_BYTES) return null;
  const head = Buffer.from(nonce.subarray(0, EXPIRY_BYTES + RANDOM_BYTES));
  if (!isEqual(nonce.subarray(head.length), mac(key, agentId, head))) return null;
  return new Date(head.readUIntBE(0, EXPIRY_BYTES));
}

function mac(key: Uint8Array, agentId: string, head: Uint8Array): Buffer {
  return createHmac('sha256', key).update(agentId).update('\0').update(head).digest().subarray(0, MAC_BYTES);
}
