import {
  SetNodeAddressDocument,
  SetNodeLeaseHolderDocument,
  SetNodeTenantsDocument,
  UpdateNodeDocument,
} from '../../generated/documents.js';
import { Field } from '../../kit/field.js';
import { domainOwned } from '../../kit/typed-refs.js';
import { TenantsFields, tenantsOf } from './fields.js';
import { NodeAction, type NodeFound } from './node-action.js';
import { tenantName } from './parts.js';

interface NodeProps {
  readonly node: NodeFound;
}

/** Names and describes the node anew. */
export function UpdateAction({ node }: NodeProps) {
  return (
    <NodeAction
      node={node}
      operation="updateNode"
      label="Rename or describe"
      effect={<p>Only what people read changes. Scripts that name the node have to follow a new name.</p>}
      document={UpdateNodeDocument}
      input={({ name, description }) => ({ name, description: description ?? null })}
    >
      <Field label="Name" name="name" required defaultValue={node.name} />
      <Field label="Description" name="description" defaultValue={node.description ?? ''} />
    </NodeAction>
  );
}

/** Sets the address. */
export function AddressAction({ node }: NodeProps) {
  return (
    <NodeAction
      node={node}
      operation="setNodeAddress"
      label="Set address"
      effect={<p>Others reach the node at this address. What its machine reports never becomes its address.</p>}
      document={SetNodeAddressDocument}
      input={({ address }) => ({ address: address ?? null })}
    >
      <Field
        label="Address"
        name="address"
        hint="A host name or an IP address, unique among nodes; empty for none."
        defaultValue={node.address ?? ''}
      />
    </NodeAction>
  );
}

/** Sets whose workloads the node takes. */
export function TenantsAction({ node }: NodeProps) {
  return (
    <NodeAction
      node={node}
      operation="setNodeTenants"
      label="Set tenants"
      effect={<p>From now on, the node takes the workloads of these projects alone.</p>}
      document={SetNodeTenantsDocument}
      input={({ tenants, projects }) => ({ tenants: tenantsOf(tenants, projects) ?? null })}
    >
      <TenantsFields tenants={node.tenants?.map(tenantName) ?? null} />
    </NodeAction>
  );
}

/** Sets who renews the lease. */
export function LeaseHolderAction({ node }: NodeProps) {
  return (
    <NodeAction
      node={node}
      operation="setNodeLeaseHolder"
      label="Set lease holder"
      effect={<p>Who renews the lease says whether the node is Ready. Nobody else can then.</p>}
      document={SetNodeLeaseHolderDocument}
      input={({ user }) => ({ user: user === undefined ? null : domainOwned('usr', user) })}
    >
      <Field
        label="User"
        name="user"
        hint="As domain/user, with the role service at system scope; empty for the node’s agent."
        defaultValue={node.leaseHolder?.id ?? ''}
      />
    </NodeAction>
  );
}
