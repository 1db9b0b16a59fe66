import type { Policy } from '../platform/policy/index.js';
import type { Context } from './context.js';

/** A GraphQL field's function; the generated types check each slice's own. */
// biome-ignore lint/suspicious/noExplicitAny: the composition root holds resolvers of every type at once.
export type AnyResolver = (...args: any[]) => unknown;

/** What one domain brings: its schema file's name, its policies, its resolvers, its entities. */
export interface DomainManifest {
  readonly name: string;
  readonly policies: readonly Policy<never>[];
  readonly resolvers: Readonly<Record<string, Readonly<Record<string, AnyResolver>>>>;
  /** How to load each entity by id for other subgraphs; null for hidden rows. Batches. */
  readonly entities: Readonly<Record<string, (context: Context, id: string) => Promise<object | null>>>;
}
