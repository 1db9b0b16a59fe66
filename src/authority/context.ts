import type { Db, RootDb, Tx } from '../db/open.js';
import type { Placer } from '../events/index.js';
import type { ByteBudget } from '../platform/byte-budget.js';
import type { Clock } from '../platform/clock.js';
import type { Id } from '../platform/ids.js';
import type { Logger } from '../platform/log.js';
import type { Meter } from '../platform/meter.js';
import type { PolicyRegistry, RegistryInput } from '../platform/policy/index.js';
import type { Actor } from './actor.js';
import type { Candidate } from './candidate.js';
import type { Reference } from './reference.js';
import type { Settings } from './settings.js';

/** Something that was done or refused, in the words of the audit log. */
export interface AuditFact {
  /** noun.verb, for example allowlist.created. */
  readonly action: string;
  readonly outcome?: 'ALLOWED' | 'DENIED' | 'FAILED';
  readonly target?: { readonly type: string; readonly id: string };
  /** The scope that owns the target; decides, beside the actor, who may read the entry. */
  readonly owner?: { readonly domainId?: Id<'Domain'> | null; readonly projectId?: Id<'Project'> | null };
  readonly policy?: string;
  /** Never a secret, never whole inputs. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** What somebody was refused. */
export interface Denial {
  readonly actor: Actor;
  readonly requestId: string;
  readonly at: Date;
  readonly fact: Omit<AuditFact, 'outcome'>;
}

/** Where denials are written down. */
export interface DenialLog {
  /** Writes it, or counts it with others of the same. Never throws. */
  record(denial: Denial): Promise<void>;
}

/** The policies that a request is judged by. */
export interface Judgement {
  readonly policies: PolicyRegistry;
  /** What operators try out beside them; null most of the time. */
  readonly candidate: Candidate | null;
}

/** Who asks and by which policies that is judged. */
export interface AuthorizationContext extends Judgement {
  readonly actor: Actor;
}

/** The policies as operators changed them. */
export interface PoliciesInForce {
  /** Those under an authorization epoch that was just read, or newer ones. */
  at(db: Db, epoch: number): Promise<Judgement>;
  /** Writes down what was noticed about the candidate. */
  flush(db: Db): Promise<void>;
}

/** What a process has one of. */
export interface Services {
  readonly db: RootDb;
  readonly clock: Clock;
  readonly log: Logger;
  /** Every policy as it is declared, before operators change it. */
  readonly declared: RegistryInput;
  readonly inForce: PoliciesInForce;
  readonly settings: Settings;
  readonly meter: Meter;
  /** Where whoever loads content leases the memory for it first. */
  readonly memory: ByteBudget;
  /** What points at what, of every domain, whichever are served. */
  readonly references: readonly Reference[];
  readonly recordAudit: RecordAudit;
  /** Tells the events of transactions that are committed. */
  readonly placer: Placer;
  readonly denials: DenialLog;
}

/** Writes an audit entry in the transaction of what it tells. */
export type RecordAudit = (
  tx: Tx,
  request: { requestId: string; actor: Actor; at: Date },
  fact: AuditFact,
) => Promise<void>;

/** A password that counts as wrong until it is said to have been right. */
export interface LogInAttempt {
  /** Where it comes from. */
  readonly clientAddress: string;
  /** Whether its user logged in from there before. */
  readonly isKnown: boolean;
  succeeded(): void;
}

/** One request. Everything a use case may touch comes through here. */
export interface Context extends Services, AuthorizationContext {
  readonly requestId: string;
  /** Takes what is to be called once the answer is sent, or nobody waits for it any more; at once when that is so already. */
  readonly atEnd: (done: () => void) => void;
  /** Reads the caller's rights again, and the policies; inside a transaction that holds the epoch, as they stay until it ends. */
  readonly reauthenticate: (db: Db) => Promise<AuthorizationContext>;
  /**
   * What loaders read is kept for, where several contexts share it: those of one caller at one moment, under the same
   * rights. Each context's own by default.
   */
  readonly loadsFor?: object;
  /** Counts a password before it is checked. @throws Refusal RATE_LIMITED when its user or the caller tried too often. */
  readonly attemptLogIn: (user: string) => LogInAttempt;
  /** Charges the caller for an operation that is about to run, in microseconds of CPU. @throws Refusal RATE_LIMITED. */
  readonly charge: (cost: number, kind: string) => void;
}
