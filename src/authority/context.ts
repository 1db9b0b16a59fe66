import type { Db, Tx } from '../db/open.js';
import type { Clock } from '../platform/clock.js';
import type { Logger } from '../platform/log.js';
import type { Meter } from '../platform/meter.js';
import type { PolicyRegistry } from '../platform/policy/index.js';
import type { Actor } from './actor.js';
import type { OwnedRows } from './manifest.js';

/** Settings that use cases read; lengths of time in milliseconds. */
export interface Settings {
  readonly agentTokenLifetimeMs: number;
  readonly enrollmentTokenLifetimeMs: number;
  readonly attestationIntervalMs: number;
  readonly attestationGrace: number;
  readonly challengeLifetimeMs: number;
  readonly recoversAutomatically: boolean;
  /** How long after its expiry a challenge is kept. */
  readonly challengeRetentionMs: number;
  readonly sweepIntervalMs: number;
  readonly auditKeyPath: string;
  /** How long audit entries are kept; null for ever. */
  readonly auditRetentionMs: number | null;
  /** How often trust that ran out is written down. */
  readonly trustExpiryIntervalMs: number;
  /** How long events are kept, to be resumed from. */
  readonly eventRetentionMs: number;
  /** How long a stream stays open at most. */
  readonly streamLifetimeMs: number;
  /** How long a stream's client may take to read what was sent. */
  readonly streamPatienceMs: number;
}

/** Something that was done or refused, in the words of the audit log. */
export interface AuditFact {
  /** noun.verb, for example allowlist.created. */
  readonly action: string;
  readonly outcome?: 'ALLOWED' | 'DENIED' | 'FAILED';
  readonly target?: { readonly type: string; readonly id: string };
  /** The scope that owns the target; decides, beside the actor, who may read the entry. */
  readonly owner?: { readonly domainId?: string | null; readonly projectId?: string | null };
  readonly policy?: string;
  /** Never a secret, never whole inputs. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Who asks and by which policies that is judged. */
export interface Asker {
  readonly actor: Actor;
  readonly policies: PolicyRegistry;
}

/** What a process has one of. */
export interface Services {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Logger;
  readonly policies: PolicyRegistry;
  readonly settings: Settings;
  readonly meter: Meter;
  /** What keeps a domain or a project from being deleted, whichever domains of the graph are served. */
  readonly owned: readonly OwnedRows[];
  /** Writes an audit entry in the transaction of what it tells. */
  readonly recordAudit: (
    tx: Tx,
    request: { requestId: string; actor: Actor; at: Date },
    fact: AuditFact,
  ) => Promise<void>;
}

/** A password that counts as wrong until it is said to have been right. */
export interface LogInAttempt {
  succeeded(): void;
}

/** One request. Everything a use case may touch comes through here. */
export interface Context extends Services, Asker {
  readonly requestId: string;
  /** Reads the caller's rights again, inside a transaction that holds the epoch. */
  readonly reauthenticate: (tx: Tx) => Promise<Actor>;
  /** Counts a password before it is checked. @throws Refusal RATE_LIMITED when its user or the caller tried too often. */
  readonly attemptLogIn: (user: string) => LogInAttempt;
}
