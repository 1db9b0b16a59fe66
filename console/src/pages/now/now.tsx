import { useEffect, useState } from 'react';
import { useLive } from '../../api/live.js';
import { useDocument } from '../../api/queries.js';
import { AgentsChangedDocument, NowDocument, type NowQuery } from '../../generated/documents.js';
import { FaultNote } from '../../kit/faults.js';
import { Loading } from '../../kit/loading.js';
import { ScopedLink } from '../../kit/scoped-link.js';
import { Time } from '../../kit/time.js';
import { useTitle } from '../../kit/title.js';
import { useViewer } from '../../kit/viewer.js';
import { AgentStateBadge } from '../agents/state.js';
import css from './now.module.css';

type Counts = NonNullable<NowQuery['agentCounts']>;

/** What needs somebody, the loudest first. */
const NEEDS = [
  ['FAILED', 'were rejected: their machines are not what their allowlists expect'],
  ['STALE', 'are not heard of any more: no new evidence came in time'],
  ['PENDING', 'have enrolled or were reset, and no evidence was accepted since'],
  ['CREATED', 'were created, and their machines have not enrolled'],
] as const;

/** What needs somebody at this scope, and nothing else. */
export function NowPage() {
  const { scope, permissions } = useViewer();
  const seesAgents = permissions?.has('agent:get') ?? false;
  useTitle('Now');
  useLive(scope, seesAgents ? AgentsChangedDocument : null);
  return (
    <>
      <h1 tabIndex={-1}>Now</h1>
      {seesAgents ? (
        <AgentNeeds />
      ) : (
        <p>At this scope you see no machines. Choose another scope at the top, or a place at the side.</p>
      )}
    </>
  );
}

function AgentNeeds() {
  const { data, fault, refresh } = useDocument(NowDocument, {});
  const [checkedAt, setCheckedAt] = useState<string | null>(null);
  useEffect(() => {
    if (data) setCheckedAt(new Date().toISOString());
  }, [data]);
  const counts = data?.agentCounts;
  if (!counts) return fault ? <FaultNote fault={fault} onRetry={refresh} /> : <Loading what="what needs you" />;
  return (
    <>
      <p className={css.checked}>
        Checked <Time at={checkedAt} />.
        {counts.isComplete ? '' : ' There are too many machines to count them all: the counts are of a part.'}
      </p>
      <Needs counts={counts} />
    </>
  );
}

/** Whoever runs the deployment does not see the machines of its tenants. */
const NO_MACHINES = {
  system: 'There are no machines that you see: at this scope you see those of the operators’ own projects.',
  inside: 'There are no machines yet.',
};

function Needs({ counts: { byState, total } }: { readonly counts: Counts }) {
  const { scope } = useViewer();
  const countOf = (state: string) => byState.find((one) => one.state === state)?.count ?? 0;
  const needs = NEEDS.filter(([state]) => countOf(state) > 0);
  if (needs.length === 0)
    return (
      <div className={css.nothing}>
        <p>
          <strong>Nothing needs you.</strong>{' '}
          {total === 0
            ? NO_MACHINES[scope === 'system' ? 'system' : 'inside']
            : `All ${total.toLocaleString('en')} machines are as they should be.`}
        </p>
        <p>
          Add a machine with <code>bailiwick agent create NAME</code>.
        </p>
      </div>
    );
  return (
    <ul className={css.needs}>
      {needs.map(([state, words]) => (
        <li key={state}>
          <ScopedLink path={['agents']} search={{ states: [state] }}>
            <strong>{countOf(state).toLocaleString('en')}</strong>
            <AgentStateBadge state={state} />
            <span>{words}</span>
          </ScopedLink>
        </li>
      ))}
    </ul>
  );
}
