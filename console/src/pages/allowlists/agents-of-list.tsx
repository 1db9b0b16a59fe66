import { useState } from 'react';
import { AllowlistAgentsDocument, type AllowlistAgentsQuery, type AllowlistQuery } from '../../generated/documents.js';
import { Action } from '../../kit/action.js';
import { type Column, Rows } from '../../kit/rows.js';
import { ScopedLink } from '../../kit/scoped-link.js';
import { Section } from '../../kit/section.js';
import { Time } from '../../kit/time.js';
import { AgentStateBadge } from '../agents/state.js';
import { VerdictBadge } from '../attestations/verdict.js';
import css from './allowlists.module.css';
import { BindDialog } from './bind-dialog.js';
import { useRight } from './rights.js';

type Row = NonNullable<AllowlistAgentsQuery['list']>['nodes'][number];

const COLUMNS: readonly Column<Row, never>[] = [
  { title: 'Name', cell: ({ name }) => name, path: ({ id }) => ['agents', id] },
  { title: 'State', cell: ({ state }) => <AgentStateBadge state={state} /> },
  {
    title: 'Last result',
    cell: ({ name, lastResult }) => lastResult && <ResultLink name={name} result={lastResult} />,
  },
  {
    title: 'Last accepted',
    cell: ({ lastAcceptedAt }) => <Time at={lastAcceptedAt} none="never" />,
    isSecondary: true,
  },
];

function ResultLink({ name, result }: { readonly name: string; readonly result: NonNullable<Row['lastResult']> }) {
  return (
    <ScopedLink path={['attestations', result.id]} className={css.above}>
      <span className="unseen">Result of {name}: </span>
      <VerdictBadge verdict={result.verdict} />
    </ScopedLink>
  );
}

/** The agents that are bound to a list, in the order in which they were created. */
export function AgentsOfList({ list }: { readonly list: NonNullable<AllowlistQuery['allowlist']> }) {
  const [isBinding, setBinding] = useState(false);
  return (
    <Section
      title="Agents bound to it"
      actions={<Action label="Bind an agent" permission={useRight('bindAllowlist')} onRun={() => setBinding(true)} />}
    >
      <Rows
        noun={['agent', 'agents']}
        document={AllowlistAgentsDocument}
        variables={{ id: list.id, withCount: false }}
        columns={COLUMNS}
        empty="No agent that you may see is bound to it."
        start={undefined}
        order={'' as never}
        isFiltered={false}
        onOrder={() => {}}
        onPlace={() => {}}
        onRead={() => {}}
      />
      {isBinding && <BindDialog list={list} onClose={() => setBinding(false)} />}
    </Section>
  );
}
