import { printSubgraphSchema } from '@apollo/subgraph';
import { composeServices } from '@theguild/federation-composition';
import { parse } from 'graphql';
import type { DomainManifest } from '../authority/index.js';
import type { PolicyRegistry } from '../platform/policy/index.js';
import { buildSchema } from '../server/schema.js';

/** What a router needs, and what its clients see. */
export interface Supergraph {
  /** The graph with its joins, for a router. */
  readonly supergraphSdl: string;
  /** The graph as clients see it. */
  readonly publicSdl: string;
}

/**
 * Composes domains as if each were a service of its own: Apollo Federation 2, one subgraph a domain, stamped with its
 * policies as it is when it is served.
 * @throws Error with every reason when they do not compose.
 */
export function composeDomains(domains: readonly DomainManifest[], policies: PolicyRegistry): Supergraph {
  const services = domains.map((domain) => ({
    name: domain.name,
    url: `http://${domain.name}.invalid/graphql`,
    typeDefs: parse(printSubgraphSchema(buildSchema([domain], policies))),
  }));
  const { errors, supergraphSdl, publicSdl } = composeServices(services);
  if (errors) throw new Error(`the domains do not compose: ${errors.map((error) => error.message).join('; ')}`);
  return { supergraphSdl, publicSdl };
}
