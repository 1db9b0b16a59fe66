import type { Db } from '../db/open.js';
import type { Clock } from '../platform/clock.js';
import type { Id } from '../platform/ids.js';
import type { Logger } from '../platform/log.js';
import type { Meter } from '../platform/meter.js';
import type { RegistryInput } from '../platform/policy/index.js';
import type { Actor } from './actor.js';
import type { Context, MissingRoles, PoliciesInForce, RecordAudit, Services } from './context.js';
import type { Joining } from './joining.js';
import type { Settings } from './settings.js';

/** The credential that a request presents, not verified yet. */
export type PresentedCredential =
  | { readonly kind: 'token'; readonly token: string }
  | {
      readonly kind: 'session';
      readonly token: string;
      readonly scope: SessionScope;
      /** Whose session the page believes that it has; absent where it does not say. */
      readonly believedUserId?: string;
    }
  | { readonly kind: 'credential'; readonly id: string; readonly key: string };

/** The scope for which a request of a session is decided: each names its own. */
export type SessionScope =
  | { readonly type: 'unscoped' | 'system' }
  | { readonly type: 'domain'; readonly domainId: Id<'Domain'> }
  | { readonly type: 'project'; readonly projectId: Id<'Project'> };

/** A person's log-in in a browser. */
export interface OpenSession {
  readonly user: string;
  /** The name of the user's domain. */
  readonly domain: string;
  readonly password: string;
  readonly newPassword: string | null;
  /** The session that the browser has so far; it ends. */
  readonly replaced: string | null;
  readonly clientAddress: string;
  readonly userAgent: string | null;
}

/** A session, as its browser may know it. */
export interface SessionView {
  readonly expiresAt: Date;
  readonly idleExpiresAt: Date;
  readonly user: { readonly id: string; readonly name: string };
}

/** Sessions of people in browsers. */
export interface Sessions {
  /** @throws Refusal UNAUTHENTICATED, RATE_LIMITED; UserErrors. */
  open(context: Context, input: OpenSession): Promise<SessionView & { readonly token: string }>;
  /** The caller's. @throws Refusal UNAUTHENTICATED for a caller without one. */
  view(context: Context): SessionView;
  /** Ends the caller's. */
  close(context: Context): Promise<void>;
  /** Puts the end of an unused session off, now that it is used. Never rejects. */
  renew(context: Context): Promise<void>;
}

/** How the system gets an administrator again. */
export interface Recovery {
  readonly user: string;
  /** The name of the user's domain. */
  readonly domain: string;
  /** Whether policy overrides are removed, so that the checks are the declared ones again. */
  readonly removesOverrides: boolean;
  /** Where the new password is written; no file may exist there yet. */
  readonly passwordPath: string;
  readonly reason?: string | undefined;
}

/** Identifies callers, and knows the policies that decide their requests. */
export interface Access {
  policiesInForce(of: {
    readonly declared: RegistryInput;
    readonly log: Logger;
    readonly clock: Clock;
    readonly meter: Meter;
  }): PoliciesInForce;
  /**
   * The caller that presents a credential, as it is at a time. Caches belong to `cacheOwner`, the process's database.
   * @throws Refusal UNAUTHENTICATED for an invalid credential.
   */
  authenticate(db: Db, cacheOwner: object, presented: PresentedCredential, now: Date): Promise<Actor>;
  readonly missingRoles: MissingRoles;
  readonly sessions: Sessions;
  /** Makes the first administrator when there is none; then returns the path of its password, otherwise null. */
  bootstrap(services: Services, passwordPath: string): Promise<string | null>;
  /** Whether a file still has the administrator's password of an earlier first start. */
  isFirstPassword(services: Services, passwordPath: string): Promise<boolean>;
  recover(
    services: Pick<Services, 'db' | 'clock' | 'recordAudit'> & { readonly settings: Settings },
    recovery: Recovery,
  ): Promise<void>;
}

export interface AuditLog {
  readonly record: RecordAudit;
  /** Prepares the log for entries of a time; called before the clock shows that time. Never rejects. */
  keeper(db: Db, log: Logger): (time: Date) => Promise<void>;
  /** Derives keys from the one that signs the log. */
  keysOf(of: { readonly db: Db; readonly settings: Settings }): Services['keyFor'];
}

/** What one domain does for all domains, served or not. */
export interface DomainRoles {
  readonly access?: Access;
  readonly auditLog?: AuditLog;
  readonly joining?: Joining;
}

/** @throws Error unless exactly one domain has the role. */
export function theOne<Role extends keyof DomainRoles>(
  domains: readonly (DomainRoles & { readonly name: string })[],
  role: Role,
): NonNullable<DomainRoles[Role]> {
  const having = domains.filter((domain) => domain[role] !== undefined);
  const one = having[0]?.[role];
  if (one === undefined || having.length > 1) {
    const names = having.map(({ name }) => name).join(', ') || 'none';
    throw new Error(`one domain must have the role ${role}; it is in ${names}`);
  }
  return one;
}
