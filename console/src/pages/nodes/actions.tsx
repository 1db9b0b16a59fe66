import { useNavigate } from '@tanstack/react-router';
import { DeleteNodeDocument, RejoinNodeDocument, SetNodeAvailabilityDocument } from '../../generated/documents.js';
import { pathOf } from '../../kit/scoped-link.js';
import { useViewer } from '../../kit/viewer.js';
import { NodeAction, type NodeFound } from './node-action.js';

interface NodeProps {
  readonly node: NodeFound;
}

const AVAILABLE = [
  ['ACTIVE', 'Resume', 'It takes workloads again.', 'It takes workloads already.'],
  ['PAUSE', 'Pause', 'It keeps the workloads that it has, and takes nothing new.', 'It is paused already.'],
  ['DRAIN', 'Drain', 'What it has is to leave, and it takes nothing new.', 'It is draining already.'],
] as const;

/** What can be done about a whole node. */
export function NodeActions({ node }: NodeProps) {
  return (
    <>
      {AVAILABLE.map(([availability, label, effect, already]) => (
        <NodeAction
          key={availability}
          node={node}
          operation="setNodeAvailability"
          label={label}
          effect={<p>{effect}</p>}
          unfit={node.availability === availability ? already : null}
          document={SetNodeAvailabilityDocument}
          input={() => ({ availability })}
        />
      ))}
      <Rejoin node={node} />
      <Delete node={node} />
    </>
  );
}

function Rejoin({ node }: NodeProps) {
  return (
    <NodeAction
      node={node}
      operation="rejoinNode"
      label="Rejoin"
      effect={
        <>
          <p>
            Its machine is taken from it, and it waits for another: the agent {node.agent?.name} is retired for good,
            and its {node.labels.length} labels, its address, lease and facts are gone.
          </p>
          <p>A join token for this node brings the next machine. A banned TPM stays banned.</p>
        </>
      }
      unfit={node.origin === null ? 'It waits for a machine already.' : null}
      document={RejoinNodeDocument}
      input={() => ({})}
      isDangerous
      confirmName={node.name}
    />
  );
}

function Delete({ node }: NodeProps) {
  const navigate = useNavigate();
  const { scope } = useViewer();
  return (
    <NodeAction
      node={node}
      operation="deleteNode"
      label="Delete"
      effect={
        <p>
          The node is deleted with its {node.labels.length} labels, its lease and its facts
          {node.agent ? `, and its agent ${node.agent.name} is retired for good` : ''}. While something still uses it,
          nothing happens, and you are told what.
        </p>
      }
      document={DeleteNodeDocument}
      input={() => ({})}
      isDangerous
      confirmName={node.name}
      onDone={() => navigate({ to: pathOf(scope, ['nodes']) })}
    />
  );
}
