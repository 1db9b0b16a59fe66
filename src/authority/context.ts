import type { SQL } from 'drizzle-orm';
import type { Db, RootDb, Tx } from '../db/open.js';
import type { Placer } from '../events/index.js';
import type { ByteBudget } from '../platform/byte-budget.js';
import type { Clock } from '../platform/clock.js';
import type { Id } from '../platform/ids.js';
import type { Logger } from '../platform/log.js';
import type { Meter } from '../platform/meter.js';
import type { PolicyName, PolicyRegistry, RegistryInput, TargetValues } from '../platform/policy/index.js';
import type { Action, TargetType } from './actions.js';
import type { Actor } from './actor.js';
import type { Candidate } from './candidate.js';
import type { Joining } from './joining.js';
import type { Reference } from './reference.js';
import type { Searchable } from './searchable.js';
import type { Settings } from './settings.js';

/** Something that was done or refused, in the words of the audit log. */
export interface AuditFact {
  readonly action: Action;
  readonly outcome?: 'ALLOWED' | 'DENIED' | 'FAILED';
  readonly target?: { readonly type: TargetType; readonly id: string };
  /** The scope that owns the target; decides, beside the actor, who may read the entry. */
  readonly owner?: { readonly domainId?: Id<'Domain'> | null; readonly projectId?: Id<'Project'> | null };
  readonly policy?: string;
  /** Never a secret, never whole inputs. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** What a caller was refused. */
export interface Denial {
  readonly actor: Actor;
  readonly requestId: string;
  readonly at: Date;
  readonly fact: Omit<AuditFact, 'outcome'>;
}

/** Records denials. */
export interface DenialLog {
  /** Writes a denial, or counts it with others of the same kind. Never throws. */
  record(denial: Denial): Promise<void>;
}

/** The policies that decide a request. */
export interface Judgement {
  readonly policies: PolicyRegistry;
  /** The policies that operators try out beside them; usually null. */
  readonly candidate: Candidate | null;
}

/** The caller, and the policies that decide its request. */
export interface AuthorizationContext extends Judgement {
  readonly actor: Actor;
}

/** The policies with the changes of operators. */
export interface PoliciesInForce {
  /** The policies under an authorization epoch that was just read, or newer ones. */
  at(db: Db, epoch: number): Promise<Judgement>;
  /** Stores what the candidate noted. */
  flush(db: Db): Promise<void>;
}

/** Why the caller may not do something, as far as its rights go. */
export type Obstacle =
  | 'FORBIDDEN'
  | 'WRONG_SCOPE'
  | 'CREDENTIAL_LIMIT'
  | 'NARROWED_TOKEN'
  | 'GRANT_RULE'
  | 'OUTLASTS_GIVER'
  | 'UNKNOWN';

/** An object that a requirement is asked about. */
export interface RequiredObject {
  readonly id: string;
  /** What `reads` read of it. */
  readonly read: unknown;
  /** Whether a policy on objects of its type allows the caller this one. */
  may(policy: PolicyName): boolean;
}

/** Rights that mutations require beyond their policies, such as the right to grant what the object's holder holds. */
export interface Requirement {
  readonly mutations: readonly string[];
  /** The type of the object that the mutations are about, where their policies decide on no row. */
  readonly about?: string;
  /** Why the caller may not do this at all. */
  readonly ofCaller?: (authorization: AuthorizationContext) => Obstacle | null;
  /** What decides, as SQL over the object's table: one value, read in the statement that reads the object. */
  readonly reads?: (context: Context) => SQL;
  /** For objects that the policy allows, a page at once: why not all the same, by id. */
  readonly ofObjects?: (context: Context, objects: readonly RequiredObject[]) => Promise<ReadonlyMap<string, Obstacle>>;
}

/**
 * The fewest roles that the caller lacks at its scope for a policy to allow it something, on a row's values or on any
 * row. Empty when no role would help, and where the caller may not ask.
 */
export type MissingRoles = (
  context: Context,
  policy: PolicyName,
  values: TargetValues | undefined,
) => Promise<readonly string[]>;

/** What each process has one of. */
export interface Services {
  readonly db: RootDb;
  readonly clock: Clock;
  readonly log: Logger;
  /** Every policy as declared, before operators change it. */
  readonly declared: RegistryInput;
  readonly inForce: PoliciesInForce;
  readonly settings: Settings;
  readonly meter: Meter;
  /** The memory budget: code that loads content first leases the memory for it here. */
  readonly memory: ByteBudget;
  /** Which rows point at which objects, in every domain, served or not. */
  readonly references: readonly Reference[];
  /** What a search finds, in every domain, served or not. */
  readonly searchable: readonly Searchable[];
  readonly recordAudit: RecordAudit;
  /**
   * A key for a purpose, which all servers of the database share and the database does not have.
   * @throws CannotStart when its file is missing or cannot be used.
   */
  readonly keyFor: (purpose: string) => Promise<Uint8Array>;
  /** Sends the events of committed transactions. */
  readonly placer: Placer;
  readonly denials: DenialLog;
  /** How machines join, in every server. */
  readonly joining: Joining;
  /** What mutations require beyond their policies, in every domain, served or not. */
  readonly requirements: readonly Requirement[];
  readonly missingRoles: MissingRoles;
}

/** What decides who may read an audit entry. */
export interface EntryPlace {
  readonly domainId: Id<'Domain'> | null;
  readonly projectId: Id<'Project'> | null;
  readonly actorId: string | null;
}

/** Writes audit entries in the transaction of the change that they describe; returns what decides who may read each. */
export type RecordAudit = (
  tx: Tx,
  request: { requestId: string; actor: Actor; at: Date },
  ...facts: readonly AuditFact[]
) => Promise<readonly EntryPlace[]>;

/** A password check that counts as failed until `succeeded` is called. */
export interface LogInAttempt {
  readonly clientAddress: string;
  /** Whether its user logged in from this address before. */
  readonly isKnown: boolean;
  succeeded(): void;
}

/** One request. A use case reaches everything that it may use through it. */
export interface Context extends Services, AuthorizationContext {
  readonly requestId: string;
  /** Registers a function for when the response ends or its client is gone; calls it at once if that is so already. */
  readonly atEnd: (done: () => void) => void;
  /** Reads the caller's rights and the policies again; in a transaction that locks the epoch they hold to its end. */
  readonly reauthenticate: (db: Db) => Promise<AuthorizationContext>;
  /**
   * Loaders keep what they read for this object, where several contexts share it: those of one caller at one moment,
   * under the same rights. By default each context keeps its own.
   */
  readonly loadsFor?: object;
  /** Counts a password before it is checked. @throws Refusal RATE_LIMITED after too many by its user or the caller. */
  readonly attemptLogIn: (user: string) => LogInAttempt;
  /** Charges the caller for an operation that is about to run, in microseconds of CPU. @throws Refusal RATE_LIMITED. */
  readonly charge: (cost: number, kind: string) => void;
}
