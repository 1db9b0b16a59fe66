import { type DomainManifest, mergedResolvers } from '../authority/index.js';
import { toId } from '../platform/ids.js';
import { loadNode, nodePolicies, nodeResolvers } from './nodes/index.js';
import { fleetReferences } from './references.js';
import { fleetSettings } from './settings.js';

export const fleetDomain: DomainManifest = {
  name: 'fleet',
  policies: [...nodePolicies] as never,
  resolvers: mergedResolvers(nodeResolvers),
  entities: { Node: (context, id) => loadNode(context).load(toId('Node', id)) },
  references: fleetReferences,
  settings: fleetSettings,
};
