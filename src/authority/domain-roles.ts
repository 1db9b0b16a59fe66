import type { Db } from '../db/open.js';
import type { Clock } from '../platform/clock.js';
import type { Logger } from '../platform/log.js';
import type { Meter } from '../platform/meter.js';
import type { RegistryInput } from '../platform/policy/index.js';
import type { Actor } from './actor.js';
import type { PoliciesInForce, RecordAudit, Services } from './context.js';
import type { Settings } from './settings.js';

/** What a request shows of who sends it, as it came: nothing of it is known to be so. */
export type PresentedCredential =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'credential'; readonly id: string; readonly key: string };

/** How the system gets an administrator again. */
export interface Recovery {
  readonly user: string;
  /** The name of the user's domain. */
  readonly domain: string;
  /** Whether the checks of policies are put back to what is declared. */
  readonly removesOverrides: boolean;
  /** Where the new password goes; nothing may be there yet. */
  readonly passwordPath: string;
  readonly reason?: string | undefined;
}

/** Knows who callers are and by which policies they are judged. */
export interface Access {
  policiesInForce(of: {
    readonly declared: RegistryInput;
    readonly log: Logger;
    readonly clock: Clock;
    readonly meter: Meter;
  }): PoliciesInForce;
  /**
   * Who presents a credential, as it stands at a time. `cacheOwner` is what may be cached for: the process's database.
   * @throws Refusal UNAUTHENTICATED for one that does not count.
   */
  authenticate(db: Db, cacheOwner: object, presented: PresentedCredential, now: Date): Promise<Actor>;
  /** Makes the first administrator when there is none; answers the path of its password then, otherwise null. */
  bootstrap(services: Services, passwordPath: string): Promise<string | null>;
  recover(
    services: Pick<Services, 'db' | 'clock' | 'recordAudit'> & { readonly settings: Settings },
    recovery: Recovery,
  ): Promise<void>;
}

/** Keeps the audit log. */
export interface AuditLog {
  readonly record: RecordAudit;
  /** Makes the log ready for entries of a time; called before the clock shows it. Never rejects. */
  keeper(db: Db, log: Logger): (time: Date) => Promise<void>;
}

/** What one domain does for all, whichever are served. */
export interface DomainRoles {
  readonly access?: Access;
  readonly auditLog?: AuditLog;
}

/** @throws Error when none of the domains has a role, or several do. */
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
