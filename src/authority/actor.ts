import type { Credentials, ScopeType, Subject } from '../platform/policy/index.js';

/** Where a token holds: exactly one scope, or none chosen yet. */
export type Scope =
  | { readonly type: 'system' }
  | { readonly type: 'domain'; readonly domainId: string }
  | { readonly type: 'project'; readonly projectId: string; readonly domainId: string }
  | { readonly type: 'agent'; readonly agentId: string; readonly projectId: string; readonly domainId: string }
  | { readonly type: 'unscoped' };

/** A caller that proved who it is, as it stands at this request. */
export interface Principal {
  readonly kind: 'user' | 'agent';
  readonly id: string;
  readonly name: string;
  /** The domain that a user or an agent belongs to, whatever the scope. */
  readonly domainId: string;
}

/** Who asks, with what, where. A null principal is anonymous and holds nothing. */
export interface Actor extends Subject {
  readonly principal: Principal | null;
  /** What it showed: a token or an API credential, by its id. */
  readonly token: {
    readonly id: string;
    readonly expiresAt: Date;
    /** Whether it was issued for fewer roles than its user holds. */
    readonly isNarrowed?: boolean;
  } | null;
  readonly where: Scope | null;
  readonly scope: ScopeType | 'unscoped' | null;
  readonly credentials: Credentials;
  /** The authorization epoch under which the rights were read; write transactions compare it. */
  readonly epoch: number;
  /** Until when, at most, the roles are these: an assignment then ends or begins. Null when none will. */
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

/** Whether what was read of a caller still holds under the epoch as it is now. */
export function isCurrent(actor: Actor, currentEpoch: number, now: Date): boolean {
  const { principal, epoch } = actor;
  if (principal === null) return true;
  // An agent's trust changes without the epoch, so agents are always read again.
  return principal.kind !== 'agent' && epoch === currentEpoch && !isOver(actor, now);
}

/** Whether the times of what was read of a caller are over: its token has ended, or a role has ended or begun. */
export function isOver({ token, rolesUntil }: Actor, now: Date): boolean {
  return [token?.expiresAt, rolesUntil].some((end) => end != null && end <= now);
}

/** The domain of a domain-scoped token: what a create in a domain is owned by. */
export function domainOf({ actor }: { readonly actor: Actor }): string {
  if (actor.where?.type !== 'domain') throw new Error('A policy let another scope than a domain create in one.');
  return actor.where.domainId;
}

/** The project of a project-scoped token: what a create in a project is owned by. */
export function projectOf({ actor }: { readonly actor: Actor }): {
  readonly projectId: string;
  readonly domainId: string;
} {
  if (actor.where?.type !== 'project') throw new Error('A policy let another scope than a project create in one.');
  return { projectId: actor.where.projectId, domainId: actor.where.domainId };
}
