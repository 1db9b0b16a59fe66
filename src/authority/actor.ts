import type { Id } from '../platform/ids.js';
import type { Credentials, ScopeType, Subject } from '../platform/policy/index.js';

/** A project with the domain that it is in. */
interface OwningProject {
  readonly projectId: Id<'Project'>;
  readonly domainId: Id<'Domain'>;
}

/** Where a token holds: exactly one scope, or none chosen yet. */
export type Scope =
  | { readonly type: 'system' }
  | { readonly type: 'domain'; readonly domainId: Id<'Domain'> }
  | ({ readonly type: 'project' } & OwningProject)
  | ({ readonly type: 'agent'; readonly agentId: Id<'Agent'> } & OwningProject)
  | { readonly type: 'unscoped' };

/** A caller that proved who it is, as it stands at this request. */
export type Principal = (
  | { readonly kind: 'user'; readonly id: Id<'User'> }
  | { readonly kind: 'agent'; readonly id: Id<'Agent'> }
) & {
  readonly name: string;
  /** The domain that a user or an agent belongs to, whatever the scope. */
  readonly domainId: Id<'Domain'>;
};

/** The caller: who, with which credential, in which scope. A null principal is anonymous and has no rights. */
export interface Actor extends Subject {
  readonly principal: Principal | null;
  /** The presented token or API credential, by its id. */
  readonly token: {
    readonly id: Id<'Token' | 'ApiCredential'>;
    readonly expiresAt: Date;
    /** Whether it was issued for fewer roles than its user has. */
    readonly isNarrowed?: boolean;
    /** Of a session: when it ends without requests, and when it ends in any case. */
    readonly session?: { readonly idleExpiresAt: Date; readonly expiresAt: Date };
  } | null;
  readonly where: Scope | null;
  readonly scope: ScopeType | 'unscoped' | null;
  readonly credentials: Credentials;
  /** The authorization epoch at which the rights were read; write transactions compare it. */
  readonly epoch: number;
  /** The roles are valid until this time at most: an assignment then ends or begins. Null when none will. */
  readonly rolesUntil: Date | null;
}

export const anonymous: Actor = {
  principal: null,
  token: null,
  where: null,
  scope: null,
  credentials: {},
  epoch: 0,
  rolesUntil: null,
};

/** Whether what was read about a caller is still valid under the current epoch. */
export function isCurrent(actor: Actor, currentEpoch: number, now: Date): boolean {
  const { principal, epoch } = actor;
  if (principal === null) return true;
  // An agent's trust changes without the epoch, so agents are always read again.
  return principal.kind !== 'agent' && epoch === currentEpoch && !isOver(actor, now);
}

/** Whether what was read about a caller is out of date: its token ended, or a role ended or began. */
export function isOver({ token, rolesUntil }: Actor, now: Date): boolean {
  return [token?.expiresAt, rolesUntil].some((end) => end != null && end <= now);
}

/** The user who calls; null for an agent, and for nobody. */
export const userOf = ({ principal }: Actor): Id<'User'> | null => (principal?.kind === 'user' ? principal.id : null);

/** The domain of a domain-scoped token: what a create in a domain is owned by. */
export function domainOf({ actor }: { readonly actor: Actor }): Id<'Domain'> {
  if (actor.where?.type !== 'domain') throw new Error('A policy let another scope than a domain create in one.');
  return actor.where.domainId;
}

/** The project of a project-scoped token: what a create in a project is owned by. */
export function projectOf({ actor }: { readonly actor: Actor }): OwningProject {
  if (actor.where?.type !== 'project') throw new Error('A policy let another scope than a project create in one.');
  return { projectId: actor.where.projectId, domainId: actor.where.domainId };
}
