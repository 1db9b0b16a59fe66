import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Policy } from '../platform/policy/index.js';
import type { Context } from './context.js';

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

/** What one domain brings: its schema file's name, its policies, its resolvers, its entities, its routes. */
export interface DomainManifest {
  readonly name: string;
  readonly policies: readonly Policy<never>[];
  readonly resolvers: Readonly<Record<string, Readonly<Record<string, AnyResolver>>>>;
  /** How to load each entity by id for other subgraphs; null for hidden rows. Batches. */
  readonly entities: Readonly<Record<string, (context: Context, id: string) => Promise<object | null>>>;
  readonly routes?: readonly Route[];
}
