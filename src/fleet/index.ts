import { type DomainManifest, mergedResolvers } from '../authority/index.js';
import { toId } from '../platform/ids.js';
import {
  joining,
  joiningSweep,
  joinTokenPolicies,
  joinTokenResolvers,
  joinTokenSweep,
  loadJoinToken,
} from './join-tokens/index.js';
import { loadNode, nodePolicies, nodeResolvers } from './nodes/index.js';
import { fleetReferences } from './references.js';
import { fleetSettings } from './settings.js';

export const fleetDomain: DomainManifest = {
  name: 'fleet',
  policies: [...nodePolicies, ...joinTokenPolicies] as never,
  resolvers: mergedResolvers(nodeResolvers, joinTokenResolvers),
  entities: {
    Node: (context, id) => loadNode(context).load(toId('Node', id)),
    JoinToken: (context, id) => loadJoinToken(context).load(toId('JoinToken', id)),
  },
  // Referring rows go first, so that both go in the same round.
  sweeps: [joiningSweep, joinTokenSweep],
  joining,
  references: fleetReferences,
  settings: fleetSettings,
};
