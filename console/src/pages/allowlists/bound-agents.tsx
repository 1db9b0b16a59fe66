import { useDocument } from '../../api/queries.js';
import { AllowlistAgentsDocument } from '../../generated/documents.js';
import { useViewer } from '../../kit/viewer.js';
import css from './allowlists.module.css';

/** The most that are named in a dialog. */
const NAMED_MAX = 20;

/** Who depends on a list, for dialogs that say what will happen. */
export function BoundAgents({ id }: { readonly id: string }) {
  const { permissions } = useViewer();
  const isReadable = permissions?.has('agent:get') ?? false;
  const variables = { id, first: NAMED_MAX, after: null, withCount: true };
  const { data } = useDocument(AllowlistAgentsDocument, variables, { isPaused: !isReadable });
  if (!isReadable) return <p>Which agents are bound to it, you may not read.</p>;
  if (!data?.list) return null;
  const { nodes, totalCount } = data.list;
  if (nodes.length === 0) return <p>No agent that you may see is bound to it.</p>;
  const count = totalCount == null ? 'More than 10,000' : totalCount.toLocaleString('en');
  return (
    <div>
      {count} {totalCount === 1 ? 'agent is' : 'agents are'} bound to it:
      <ul className={css.names}>
        {nodes.map(({ id: agentId, name }) => (
          <li key={agentId}>
            <bdi>{name}</bdi>
          </li>
        ))}
        {(totalCount == null || totalCount > nodes.length) && <li>and others</li>}
      </ul>
    </div>
  );
}
