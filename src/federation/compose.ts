import { printSubgraphSchema } from '@apollo/subgraph';
import { composeServices } from '@theguild/federation-composition';
import { type DocumentNode, parse } from 'graphql';
import type { DomainManifest } from '../authority/index.js';
import type { PolicyRegistry } from '../platform/policy/index.js';
import { buildSchema } from '../server/graphql/schema.js';

/** What a router needs, and what its clients see. */
export interface Supergraph {
  /** The graph with its joins, for a router. */
  readonly supergraphSdl: string;
  /** The graph as clients see it. */
  readonly publicSdl: string;
}

export interface Subgraph {
  readonly name: string;
  /** Where a router reaches it; by default an address that leads nowhere. */
  readonly url?: string | undefined;
  readonly typeDefs: DocumentNode;
}

/** Why subgraphs do not compose, one reason each. */
export class CompositionError extends Error {
  readonly reasons: readonly string[];

  constructor(reasons: readonly string[]) {
    super(`the subgraphs do not compose: ${reasons.join('; ')}`);
    this.name = 'CompositionError';
    this.reasons = reasons;
  }
}

/** A domain as if it were a separate service, stamped with its policies as when it is served. */
export function subgraphOf(domain: DomainManifest, policies: PolicyRegistry): Subgraph {
  return { name: domain.name, typeDefs: parse(printSubgraphSchema(buildSchema([domain], policies))) };
}

/**
 * Composes subgraphs of Apollo Federation 2, each with a name of its own.
 * @throws CompositionError with every reason when they do not compose.
 */
export function composeSubgraphs(subgraphs: readonly Subgraph[]): Supergraph {
  const services = subgraphs.map((each) => ({ ...each, url: each.url ?? `http://${each.name}.invalid/graphql` }));
  const { errors, supergraphSdl, publicSdl } = composeServices(services);
  if (errors) throw new CompositionError(errors.map((error) => error.message));
  return { supergraphSdl, publicSdl };
}

/** Composes domains, one subgraph each, stamped with the policies as when they are served. */
export function composeDomains(domains: readonly DomainManifest[], policies: PolicyRegistry): Supergraph {
  return composeSubgraphs(domains.map((domain) => subgraphOf(domain, policies)));
}
