import { randomInt } from 'node:crypto';
import { v7 } from 'uuid';
import { type Clock, systemClock } from './clock.js';

/** Every kind of object that has an id, and its prefix: the only list of them. */
const PREFIXES = {
  Domain: 'dom',
  Project: 'prj',
  User: 'usr',
  Group: 'grp',
  ApiCredential: 'key',
  Role: 'rol',
  RoleAssignment: 'asg',
  Token: 'tok',
  Agent: 'agt',
  Allowlist: 'alw',
  AllowlistRevision: 'alr',
  Attestation: 'att',
  AttestationResult: 'atr',
  TrustTransition: 'trt',
  Upload: 'upl',
  AuditEntry: 'aud',
  Event: 'evt',
} as const;

export type Kind = keyof typeof PREFIXES;

declare const kind: unique symbol;
/** An id of one kind of object: prefix, underscore, UUIDv7 (RFC 9562), so that ids sort by creation time. */
export type Id<K extends Kind = Kind> = string & { readonly [kind]: K };

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The time that ids begin with, and the counter within a millisecond. One per process, which has one order of ids. */
let clock = systemClock;
let lastMs = 0;
let sequence = 0;
const SEQUENCE_END = 2 ** 32;

/** From now on ids begin with the time of this clock. A process has one clock, and calls this once, at its start. */
export function takeIdsFrom(own: Clock): void {
  clock = own;
}

/** Ids of a process always grow: while the clock is behind the last id, they count on from there. */
export function newId<K extends Kind>(of: K): Id<K> {
  const now = clock.now().getTime();
  if (now > lastMs) [lastMs, sequence] = [now, randomInt(SEQUENCE_END / 2)];
  else if (++sequence === SEQUENCE_END) [lastMs, sequence] = [lastMs + 1, 0];
  return `${PREFIXES[of]}_${v7({ msecs: lastMs, seq: sequence })}` as Id<K>;
}

/** The lowest id that can be made from this moment on. */
export function lowestId(of: Kind, from: Date): string {
  const ms = from.getTime().toString(16).padStart(12, '0');
  return `${PREFIXES[of]}_${ms.slice(0, 8)}-${ms.slice(8)}-0000-0000-000000000000`;
}

/** The kind of object that an id of this form names; undefined for other texts. The object need not exist. */
export function kindOf(text: string): Kind | undefined {
  return (Object.keys(PREFIXES) as Kind[]).find((kind) => isId(kind, text));
}

/** Whether a caller's text has the form of an id of this kind; the object need not exist. */
export function isId<K extends Kind>(of: K, text: string): text is Id<K> {
  return text.startsWith(`${PREFIXES[of]}_`) && UUID.test(text.slice(PREFIXES[of].length + 1));
}
