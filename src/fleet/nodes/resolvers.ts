import type { Context } from '../../authority/index.js';
import type {
  QueryNodeArgs,
  QueryNodesArgs,
  SetNodeAddressInput,
  SetNodeAvailabilityInput,
  SetNodeTenantsInput,
  UpdateNodeInput,
} from '../../generated/graphql.js';
import { loadAgentPrincipal } from '../../identity/agents/index.js';
import { loadProject } from '../../identity/projects/index.js';
import { etagOf } from '../../platform/etag.js';
import { withIds } from '../../platform/ids.js';
import { inputMutation } from '../../platform/payload.js';
import { loadAgentId } from './agent.js';
import { countByAvailability, countByReadiness, countByTrust } from './counts.js';
import { listNodes } from './list.js';
import { getNode } from './reading.js';
import { setNodeAddress, setNodeAvailability, updateNode } from './service.js';
import type { NodeRow } from './tables.js';
import { loadTenants, setNodeTenants } from './tenants.js';

const NODE = { node: { id: 'Node' } } as const;
const TENANTS = { tenants: { id: 'Project' } } as const;

/** A mutation that answers its node. */
const changing = <Input>(change: (context: Context, input: Input) => Promise<NodeRow>) =>
  inputMutation(async (context: Context, input: Input) => ({ node: await change(context, input) }));

export const nodeResolvers = {
  Query: {
    node: (_: unknown, { ref }: QueryNodeArgs, context: Context) => getNode(context, withIds(ref, { id: 'Node' })),
    nodes: (_: unknown, args: QueryNodesArgs, context: Context) => listNodes(context, args),
    // What is not asked for is not counted.
    nodeCounts: () => ({}),
  },
  NodeCounts: {
    byReadiness: (_: unknown, __: unknown, context: Context) => countByReadiness(context),
    byTrustState: (_: unknown, __: unknown, context: Context) => countByTrust(context),
    byAvailability: (_: unknown, __: unknown, context: Context) => countByAvailability(context),
  },
  Mutation: {
    updateNode: changing((context, input: UpdateNodeInput) => updateNode(context, withIds(input, NODE))),
    setNodeAddress: changing((context, input: SetNodeAddressInput) => setNodeAddress(context, withIds(input, NODE))),
    setNodeTenants: changing((context, input: SetNodeTenantsInput) =>
      setNodeTenants(context, withIds(input, { ...NODE, ...TENANTS })),
    ),
    setNodeAvailability: changing((context, input: SetNodeAvailabilityInput) =>
      setNodeAvailability(context, withIds(input, NODE)),
    ),
  },
  Node: {
    etag: etagOf,
    tenants: async ({ id, hasTenants }: NodeRow, _: object, context: Context) => {
      const ids = hasTenants ? ((await loadTenants(context).load(id)) ?? []) : null;
      const found = ids && (await Promise.all(ids.map((tenant) => loadProject(context).load(tenant))));
      return found?.filter((project) => project !== null);
    },
    agent: async ({ id }: NodeRow, _: object, context: Context) => {
      const agentId = await loadAgentId(context).load(id);
      return agentId && loadAgentPrincipal(context).load(agentId);
    },
  },
};
