import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PgTable } from 'drizzle-orm/pg-core';
import type { Db } from '../db/open.js';
import type { EventRow } from '../events/index.js';
import type { Policy } from '../platform/policy/index.js';
import type { AuthorizationContext, Context, Requirement, Services } from './context.js';
import type { DomainRoles } from './domain-roles.js';
import type { Reference } from './reference.js';
import type { Searchable } from './searchable.js';
import type { DeclaredSettings, Settings } from './settings.js';

/** The resolver of a GraphQL field; the generated types check each slice's own. */
// biome-ignore lint/suspicious/noExplicitAny: the composition root holds resolvers of every type at once.
export type AnyResolver = (...args: any[]) => unknown;

/** A route beside /graphql, guarded by the policy that claims its coordinate `HTTP.<name>`. */
export interface Route {
  readonly name: string;
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly path: RegExp;
  /** Whether its answer stays open as a stream; the route then limits itself how slowly it may be read. */
  readonly isStream?: boolean;
  /** For browsers alone: to log in, which needs no credential yet, or about the session that the request presents. */
  readonly forBrowsers?: 'logIn' | 'session';
  /** @param giveBack Frees the request's place among the running ones, for an answer that has a place of its own. */
  handle(
    context: Context,
    parameter: string,
    request: IncomingMessage,
    response: ServerResponse,
    giveBack: () => void,
  ): Promise<void>;
}

/**
 * The events that a field of Subscription sends: of one type, about objects that the caller may read. The field
 * resolves to the event. Events and objects are read once for all subscribers; decisions are made for each caller.
 */
// biome-ignore lint/suspicious/noExplicitAny: the composition root holds feeds of every field at once.
export type Feed<Row extends object = any, Args = any, Told extends Row = Row> = FeedOf<Row, Args, Told> &
  (Telling<Args, Told> | GatheringFeed<Args, Told>);

interface FeedOf<Row extends object, Args, Told extends Row> {
  readonly type: string;
  /** The current objects of events, by id; deleted ones are missing. */
  readonly objects: (
    db: Db,
    ids: readonly string[],
    authorization: AuthorizationContext,
  ) => Promise<ReadonlyMap<string, Row>>;
  /** The only objects that the arguments ask for, by id: others do not wake the stream. Null or absent for all. */
  readonly asksFor?: (args: Args) => readonly string[] | null | undefined;
  /** Some of these objects, in order, with the relations that decide what this caller may see of them. */
  readonly related?: (db: Db, authorization: AuthorizationContext, objects: readonly Row[]) => Promise<readonly Told[]>;
}

/** A feed whose events are answered one by one. */
interface Telling<Args, Told> {
  readonly gather?: undefined;
  /**
   * Returns a function: whether a caller may see an event about this object, and the arguments ask for the event.
   * @throws Refusal BAD_USER_INPUT for invalid arguments.
   */
  readonly tells: (args: Args) => (authorization: AuthorizationContext, event: EventRow, object: Told) => boolean;
}

/** A feed that only says that something changed: one answer for all that did, and a rest after each. */
interface GatheringFeed<Args, Told> {
  readonly tells?: undefined;
  /** @throws Refusal BAD_USER_INPUT for invalid arguments. */
  readonly gather: (args: Args) => (authorization: AuthorizationContext, load: LoadObjects<Told>) => Gathering;
}

/** Loads the objects of events; those that are deleted are missing. */
type LoadObjects<Told> = (events: readonly EventRow[]) => Promise<ReadonlyMap<string, Told>>;

/** What one answer says to a caller. */
export interface Gathering {
  /** Decides on further events. */
  add(events: readonly EventRow[]): Promise<void>;
  /** What the field resolves to; null when there is nothing to say. */
  answer(): object | null;
}

/** Work that the server repeats on its own. Replicas may run it at any time, also at the same time. */
export interface Chore {
  readonly name: string;
  readonly intervalMs: (settings: Settings) => number;
  /** Does a bounded part, in transactions of its own; returns the number of rows, 0 when nothing is left. */
  doSome(services: Services): Promise<number>;
}

/** Removes rows that are of no more use: a chore that can wait, and runs with all other sweeps. */
export interface Sweep {
  readonly name: string;
  /** Tables whose rows it removes; docs/retention.md names it for each. */
  readonly removes: readonly PgTable[];
  /**
   * Removes a bounded number of rows, in transactions of its own; returns how many. Nothing is left when it is 0 and
   * `round.after` is not set.
   */
  removeSome(services: Services, round: SweepRound): Promise<number>;
}

/** What a sweep remembers from one part of a round to the next. */
export interface SweepRound {
  /** Up to where it has looked at everything; not set before it begins and after it has come to the end. */
  after?: string | undefined;
}

/** A value that a domain measures of itself, read at each scrape. */
export interface OwnGauge {
  readonly name: string;
  readonly help: string;
  readonly read: () => number;
}

/** Work in the background. Stopping waits for running work. */
export interface Running {
  stop(): Promise<void>;
}

/** Resolvers of fields, by type and name. */
export type Resolvers = Readonly<Record<string, Readonly<Record<string, AnyResolver>>>>;

/** Merges the resolvers of a domain's slices. @throws Error when two slices resolve the same field. */
export function mergedResolvers(...slices: readonly Resolvers[]): Resolvers {
  const merged: Record<string, Record<string, AnyResolver>> = {};
  for (const [type, fields] of slices.flatMap((slice) => Object.entries(slice))) {
    const known = merged[type] ?? {};
    merged[type] = known;
    for (const [name, resolve] of Object.entries(fields)) {
      if (known[name] !== undefined) throw new Error(`${type}.${name} is resolved twice`);
      known[name] = resolve;
    }
  }
  return merged;
}

/** What one domain provides: policies, resolvers, and where it has them the rest. Its folder in schema/ has its name. */
export interface DomainManifest extends DomainRoles {
  readonly name: string;
  readonly policies: readonly Policy<never>[];
  readonly resolvers: Resolvers;
  /** How to load each entity by id for other subgraphs, in batches; null for hidden rows. */
  readonly entities?: Readonly<Record<string, (context: Context, id: string) => Promise<object | null>>>;
  /** Types of values: a caller that gets one may read all of it. Payloads, connections and edges are known by name. */
  readonly values?: readonly string[];
  readonly routes?: readonly Route[];
  readonly sweeps?: readonly Sweep[];
  readonly chores?: readonly Chore[];
  readonly settings?: DeclaredSettings;
  /** Measured for the process, whichever domains are served. */
  readonly gauges?: readonly OwnGauge[];
  /** Prepares what the domain needs to be served. @throws CannotStart. */
  readonly prepare?: (services: Services) => Promise<void>;
  /** Starts the domain's work besides its sweeps and chores, once the server listens. @throws CannotStart. */
  readonly start?: (services: Services) => Running;
  /** By the name of the Subscription field. */
  readonly feeds?: Readonly<Record<string, Feed>>;
  /** What its mutations require beyond their policies. `viewerCan` tells it too. */
  readonly requirements?: readonly Requirement[];
  /** What the domain's rows point at: every foreign key, and every column that names an owner. */
  readonly references?: readonly Reference[];
  /** Its objects that `Query.search` finds. */
  readonly searchable?: readonly Searchable[];
}
