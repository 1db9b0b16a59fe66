import type { Credentials, ScopeType, Subject } from '../platform/policy/index.js';

/** Where a token is valid: exactly one scope, or none chosen yet. */
export type Scope =
  | { readonly type: 'system' }
  | { readonly type: 'domain'; readonly domainId: string }
  | { readonly type: 'project'; readonly projectId: string; readonly domainId: string }
  | { readonly type: 'agent'; readonly agentId: string; readonly projectId: string; readonly domainId: string }
  | { readonly type: 'unscoped' };

/** An authenticated caller, as it is at this request. */
export interface Principal {
  readonly kind: 'user' | 'agent';
  readonly id: string;
  readonly name: string;
  /** The domain that a user or an agent belongs to, in whatever scope it acts. */
  readonly domainId: string;
}

/** The caller: who, with which credential, in which scope. A null principal is anonymous and has no rights. */
export interface Actor extends Subject {
  readonly principal: Principal | null;
  /** The presented token or API credential, by its id. */
  readonly token: {
    readonly id: string;
    readonly expiresAt: Date;
    /** Whether it was issued for fewer roles than its user has. */
    readonly isNarrowed?: boolean;
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

/** The domain of a domain-scoped token, which owns what the caller creates there. */
export function domainOf({ actor }: { readonly actor: Actor }): string {
  if (actor.where?.type !== 'domain') throw new Error('A policy let another scope than a domain create in one.');
  return actor.where.domainId;
}

/** The project of a project-scoped token, which owns what the caller creates there. */
export function projectOf({ actor }: { readonly actor: Actor }): {
  readonly projectId: string;
  readonly domainId: string;
} {
  if (actor.where?.type !== 'project') throw new Error('A policy let another scope than a project create in one.');
  return { projectId: actor.where.projectId, domainId: actor.where.domainId };
}
