import { type DomainManifest, mergedResolvers } from '../authority/index.js';
import { toId } from '../platform/ids.js';
import { conditionResolvers, nodeFeed, nodeReadiness, nodesLost, nodeTrust } from './conditions/index.js';
import { factResolvers, nodeReportFacts } from './facts/index.js';
import {
  joining,
  joiningSweep,
  joinTokenPolicies,
  joinTokenResolvers,
  joinTokenSweep,
  loadJoinToken,
} from './join-tokens/index.js';
import { labelResolvers, nodeSetLabels } from './labels/index.js';
import { leasePolicies, leaseResolvers } from './leases/index.js';
import { lifecyclePolicies, lifecycleResolvers } from './lifecycle/index.js';
import { loadNode, nodePolicies, nodeResolvers } from './nodes/index.js';
import { fleetReferences } from './references.js';
import { nodeRejoin, rejoinResolvers } from './rejoin/index.js';
import { fleetSearchable } from './searchable.js';
import { fleetSettings } from './settings.js';

export const fleetDomain: DomainManifest = {
  name: 'fleet',
  policies: [
    ...nodePolicies,
    ...lifecyclePolicies,
    nodeSetLabels,
    ...leasePolicies,
    nodeReportFacts,
    nodeRejoin,
    ...joinTokenPolicies,
  ] as never,
  resolvers: mergedResolvers(
    nodeResolvers,
    lifecycleResolvers,
    labelResolvers,
    leaseResolvers,
    factResolvers,
    conditionResolvers,
    joinTokenResolvers,
    rejoinResolvers,
  ),
  entities: {
    Node: (context, id) => loadNode(context).load(toId('Node', id)),
    JoinToken: (context, id) => loadJoinToken(context).load(toId('JoinToken', id)),
  },
  // Referring rows go first, so that both go in the same round.
  sweeps: [joiningSweep, joinTokenSweep],
  joining,
  values: ['NodeLabel', 'NodeFacts', 'NodeCondition'],
  // Trust first: it says which nodes may be Ready again.
  chores: [nodeTrust, nodeReadiness],
  gauges: [{ name: 'bailiwick_nodes_not_ready', help: 'Nodes that were Ready and are no longer', read: nodesLost }],
  feeds: { nodeChanged: nodeFeed },
  references: fleetReferences,
  searchable: fleetSearchable,
  settings: fleetSettings,
};
