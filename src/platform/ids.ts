import { v7 } from 'uuid';

/** Every kind of object that has an id, with its prefix: the only list of them. */
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
  Upload: 'upl',
  AuditEntry: 'aud',
  Event: 'evt',
} as const;

export type Kind = keyof typeof PREFIXES;

declare const kind: unique symbol;
/** An id of one kind of object: prefix, underscore, UUIDv7 (RFC 9562), so that ids sort by creation time. */
export type Id<K extends Kind = Kind> = string & { readonly [kind]: K };

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export function newId<K extends Kind>(of: K): Id<K> {
  return `${PREFIXES[of]}_${v7()}` as Id<K>;
}

/** Where ids begin that are made from this moment on. */
export function lowestId(of: Kind, from: Date): string {
  const ms = from.getTime().toString(16).padStart(12, '0');
  return `${PREFIXES[of]}_${ms.slice(0, 8)}-${ms.slice(8)}-0000-0000-000000000000`;
}

/** The kind of object that an id of this form would be of; undefined for what is no id. Says nothing about existence. */
export function kindOf(text: string): Kind | undefined {
  return (Object.keys(PREFIXES) as Kind[]).find((kind) => isId(kind, text));
}

/** Whether a text that came from a caller has the form of an id of this kind; says nothing about existence. */
export function isId<K extends Kind>(of: K, text: string): text is Id<K> {
  return text.startsWith(`${PREFIXES[of]}_`) && UUID.test(text.slice(PREFIXES[of].length + 1));
}
