import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PgTable } from 'drizzle-orm/pg-core';
import type { Db } from '../db/open.js';
import type { EventRow } from '../events/index.js';
import type { Policy } from '../platform/policy/index.js';
import type { AuthorizationContext, Context, Services } from './context.js';
import type { DomainRoles } from './domain-roles.js';
import type { Reference } from './reference.js';
import type { DeclaredSettings, Settings } from './settings.js';

/** A GraphQL field's function; the generated types check each slice's own. */
// biome-ignore lint/suspicious/noExplicitAny: the composition root holds resolvers of every type at once.
export type AnyResolver = (...args: any[]) => unknown;

/** A route beside /graphql, guarded by the policy that claims its coordinate `HTTP.<name>`. */
export interface Route {
  readonly name: string;
  readonly method: 'GET' | 'PUT' | 'POST';
  readonly path: RegExp;
  /** Whether its answer goes on for as long as there is something to tell; it then bounds itself how slowly it is read. */
  readonly isStream?: boolean;
  /** @param giveBack Gives the request's place among those under way back, for an answer that has a place of its own. */
  handle(
    context: Context,
    parameter: string,
    request: IncomingMessage,
    response: ServerResponse,
    giveBack: () => void,
  ): Promise<void>;
}

/**
 * What a field of Subscription tells: events of one type, of those about objects that the caller may read. An event is
 * what the field resolves to. Events and objects are read once for all who follow; each caller is decided for itself.
 */
// biome-ignore lint/suspicious/noExplicitAny: the composition root holds feeds of every field at once.
export interface Feed<Row extends object = any, Args = any, Told extends Row = Row> {
  readonly type: string;
  /** The objects that events are about, by their ids, as they are now; those that are gone are missing. */
  objects(db: Db, ids: readonly string[]): Promise<ReadonlyMap<string, Row>>;
  /** The ids of the only objects that the arguments ask for: a stream is not woken for others. Null or absent for all. */
  asksFor?(args: Args): readonly string[] | null | undefined;
  /** Some of these objects, in their order, with the relations by which it is decided what one caller may see of them. */
  related?(db: Db, authorization: AuthorizationContext, objects: readonly Row[]): Promise<readonly Told[]>;
  /**
   * What says whether a caller may see an event, which is about this object, and the field's arguments ask for it.
   * @throws Refusal BAD_USER_INPUT for arguments that cannot be.
   */
  tells(args: Args): (authorization: AuthorizationContext, event: EventRow, object: Told) => boolean;
}

/** What the server does by itself, again and again. Replicas run it whenever they like, at once too. */
export interface Chore {
  readonly name: string;
  readonly intervalMs: (settings: Settings) => number;
  /** Does a bounded part, in transactions of its own, and answers of how many rows; 0 when nothing is left. */
  doSome(services: Services): Promise<number>;
}

/** Removes rows that are of no use any more: a chore that can wait, with all others of its sort. */
export interface Sweep {
  readonly name: string;
  /** Tables that it removes rows from; docs/retention.md names it for each. */
  readonly removes: readonly PgTable[];
  /** Removes a bounded number of rows, in transactions of its own, and answers how many; 0 when nothing is left. */
  removeSome(services: Services): Promise<number>;
}

/** What a domain measures of itself, asked at each scrape. */
export interface OwnGauge {
  readonly name: string;
  readonly help: string;
  readonly read: () => number;
}

/** What goes on by itself. Stopping waits for what is under way. */
export interface Running {
  stop(): Promise<void>;
}

/** Functions of fields, by type and name. */
export type Resolvers = Readonly<Record<string, Readonly<Record<string, AnyResolver>>>>;

/** The resolvers of a domain's slices as one. @throws Error when two slices resolve the same field. */
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

/** What one domain brings: policies, resolvers, and where it has them the rest. Its folder in schema/ has its name. */
export interface DomainManifest extends DomainRoles {
  readonly name: string;
  readonly policies: readonly Policy<never>[];
  readonly resolvers: Resolvers;
  /** How to load each entity by id for other subgraphs; null for hidden rows. Batches. */
  readonly entities?: Readonly<Record<string, (context: Context, id: string) => Promise<object | null>>>;
  /** Types of values: whoever is answered one may read all of it. Payloads, connections and edges are that by their names. */
  readonly values?: readonly string[];
  readonly routes?: readonly Route[];
  readonly sweeps?: readonly Sweep[];
  readonly chores?: readonly Chore[];
  readonly settings?: DeclaredSettings;
  /** Of the process, whichever domains are served. */
  readonly gauges?: readonly OwnGauge[];
  /** Makes ready what the domain needs to be served. @throws CannotStart. */
  readonly prepare?: (services: Services) => Promise<void>;
  /** Begins what the domain does by itself beside its sweeps and chores, once the server listens. @throws CannotStart. */
  readonly start?: (services: Services) => Running;
  /** By the name of the field of Subscription. */
  readonly feeds?: Readonly<Record<string, Feed>>;
  /** What the domain's rows point at: every foreign key, and every column that names an owner. */
  readonly references?: readonly Reference[];
}
