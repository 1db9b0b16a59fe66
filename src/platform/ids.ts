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
  AttestationResult: 'atr',
  TrustTransition: 'trt',
  Node: 'nod',
  JoinToken: 'jnt',
  Upload: 'upl',
  AuditEntry: 'aud',
  Event: 'evt',
} as const;

export type Kind = keyof typeof PREFIXES;

declare const kind: unique symbol;
/**
 * An id of one kind of object, or without a kind of any: prefix, underscore, UUIDv7 (RFC 9562), so that ids sort by
 * creation time.
 */
export type Id<K extends Kind = Kind> = string & { readonly [kind]: K };

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The time that ids begin with, and the counter within a millisecond. One per process, which has one order of ids. */
let clock = systemClock;
let lastMs = 0;
let sequence = 0;
const SEQUENCE_END = 2 ** 32;
let lastAt = 0;

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

/**
 * An id that begins with a time of the process's clock that was read before: of what is found by its time. Those of one
 * time sort as they were made.
 */
export function newIdAt<K extends Kind>(of: K, time: Date): Id<K> {
  // Microseconds of an even clock, which say nothing about how many were made.
  lastAt = Math.max(lastAt + 1, Math.floor(performance.now() * 1000));
  return `${PREFIXES[of]}_${v7({ msecs: time.getTime(), seq: lastAt % SEQUENCE_END })}` as Id<K>;
}

/** The lowest id that can be made from this moment on. */
export function lowestId<K extends Kind>(of: K, from: Date): Id<K> {
  const ms = from.getTime().toString(16).padStart(12, '0');
  return `${PREFIXES[of]}_${ms.slice(0, 8)}-${ms.slice(8)}-0000-0000-000000000000` as Id<K>;
}

/** The kind of object that an id of this form names; undefined for other texts. The object need not exist. */
export function kindOf(text: string): Kind | undefined {
  return (Object.keys(PREFIXES) as Kind[]).find((kind) => isId(kind, text));
}

/** Whether a caller's text has the form of an id of this kind; the object need not exist. */
export function isId<K extends Kind>(of: K, text: string): text is Id<K> {
  return text.startsWith(`${PREFIXES[of]}_`) && UUID.test(text.slice(PREFIXES[of].length + 1));
}

/** The id of no object of a kind: looked up as any other, and never found. */
export const noId = <K extends Kind>(of: K): Id<K> => `${PREFIXES[of]}_00000000-0000-0000-0000-000000000000` as Id<K>;

/**
 * The id that a text from a caller is. One that has not the form of this kind's ids becomes the id of no object, so that
 * it is answered, and audited, like the id of an object that does not exist.
 */
export const toId = <K extends Kind>(of: K, text: string): Id<K> => (isId(of, text) ? text : noId(of));

/** Of which kind the ids are that an input has in its fields, at any depth. */
interface Kinds {
  readonly [field: string]: Kind | Kinds;
}

/** An input whose texts are ids where such kinds are named. */
type WithIds<Input, Of> = Of extends Kind
  ? Input extends string
    ? Id<Of>
    : Input extends readonly string[]
      ? readonly Id<Of>[]
      : Input
  : Input extends readonly (infer One)[]
    ? readonly WithIds<One, Of>[]
    : Input extends object
      ? { [Field in keyof Input]: Field extends keyof Of ? WithIds<Input[Field], Of[Field]> : Input[Field] }
      : Input;

/**
 * An input with `toId` of the texts, and lists of texts, in the fields for which a kind is named; such as
 * `{ project: { id: 'Project' } }`. Fields that it has not stay absent.
 */
export const withIds = <Input extends object, const Of extends Kinds>(input: Input, kinds: Of) =>
  converted(input, kinds) as WithIds<Input, Of>;

function converted(value: unknown, of: Kind | Kinds): unknown {
  if (value == null) return value;
  if (Array.isArray(value)) return value.map((one) => converted(one, of));
  if (typeof of === 'string') return toId(of, String(value));
  const fields = Object.entries(value).map(([field, one]) => [field, of[field] ? converted(one, of[field]) : one]);
  return Object.fromEntries(fields);
}
