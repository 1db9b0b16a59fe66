import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Policy } from '../platform/policy/index.js';
import type { Context, Services } from './context.js';

/** A GraphQL field's function; the generated types check each slice's own. */
// biome-ignore lint/suspicious/noExplicitAny: the composition root holds resolvers of every type at once.
export type AnyResolver = (...args: any[]) => unknown;

/** A route beside /graphql, guarded by the policy that claims its coordinate `HTTP.<name>`. */
export interface Route {
  readonly name: string;
  readonly method: 'GET' | 'PUT';
  readonly path: RegExp;
  handle(context: Context, parameter: string, request: IncomingMessage, response: ServerResponse): Promise<void>;
}

/** Removes rows that are of no use any more. Replicas run it whenever they like, at once too. */
export interface Sweep {
  readonly name: string;
  /** Removes a bounded number of rows, in transactions of its own, and answers how many; 0 when nothing is left. */
  removeSome(services: Services): Promise<number>;
}

/** What one domain brings: its schema file's name, its policies, its resolvers, its entities, its routes, its sweeps. */
export interface DomainManifest {
  readonly name: string;
  readonly policies: readonly Policy<never>[];
  readonly resolvers: Readonly<Record<string, Readonly<Record<string, AnyResolver>>>>;
  /** How to load each entity by id for other subgraphs; null for hidden rows. Batches. */
  readonly entities: Readonly<Record<string, (context: Context, id: string) => Promise<object | null>>>;
  readonly routes?: readonly Route[];
  readonly sweeps?: readonly Sweep[];
}
