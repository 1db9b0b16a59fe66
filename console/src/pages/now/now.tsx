import { useEffect, useState } from 'react';
import { useLive } from '../../api/live.js';
import { useDocument } from '../../api/queries.js';
import { NowDocument, type NowQuery } from '../../generated/documents.js';
import { Badge } from '../../kit/badge.js';
import { FaultNote } from '../../kit/faults.js';
import { Loading } from '../../kit/loading.js';
import { ScopedLink } from '../../kit/scoped-link.js';
import { Time } from '../../kit/time.js';
import { useTitle } from '../../kit/title.js';
import { useViewer } from '../../kit/viewer.js';
import { type Need, needsOf, sinceOf } from './needs.js';
import css from './now.module.css';

const KINDS = ['AGENT', 'NODE', 'POLICY_REVISION'] as const;

/** What the viewer may read of what can need somebody. */
function useSeen() {
  const { permissions } = useViewer();
  const sees = (policy: string) => permissions?.has(policy) ?? false;
  return {
    seesAgents: sees('agent:get'),
    seesNodes: sees('node:get'),
    seesDenials: sees('audit:list'),
    seesCandidate: sees('policy:list_revisions'),
  };
}

/** What needs somebody at this scope, and nothing else. */
export function NowPage() {
  const { scope } = useViewer();
  const seen = useSeen();
  useTitle('Now');
  useLive(scope, KINDS);
  return (
    <>
      <h1 tabIndex={-1}>Now</h1>
      {Object.values(seen).some(Boolean) ? (
        <WhatNeeds {...seen} />
      ) : (
        <p>
          At this scope you see nothing that could need you. Choose another scope at the top, or a place at the side.
        </p>
      )}
    </>
  );
}

/** Not everything that is counted sends pings, so it is read again now and then while somebody can see it. */
const AGAIN_MS = 60_000;

function WhatNeeds(seen: ReturnType<typeof useSeen>) {
  const [since, setSince] = useState(() => sinceOf(Date.now()));
  const { data, fault, refresh } = useDocument(NowDocument, { ...seen, since });
  const [checkedAt, setCheckedAt] = useState<string | null>(null);
  useEffect(() => {
    if (data) setCheckedAt(new Date().toISOString());
  }, [data]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: refresh is another function each time, and does the same.
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.hidden) return;
      setSince(sinceOf(Date.now()));
      refresh();
    }, AGAIN_MS);
    return () => clearInterval(timer);
  }, []);
  if (!data) return fault ? <FaultNote fault={fault} onRetry={refresh} /> : <Loading what="what needs you" />;
  const needs = needsOf(data, since);
  return (
    <>
      <p className={css.checked}>
        <Fleet counts={data.agentCounts} /> Checked <Time at={checkedAt} />.
      </p>
      {fault && <FaultNote fault={fault} onRetry={refresh} />}
      {needs.length > 0 && <Needs needs={needs} />}
      {needs.length === 0 && !fault && <Nothing machines={data.agentCounts?.total ?? null} />}
    </>
  );
}

/** How much of the fleet is as it should be. */
function Fleet({ counts }: { readonly counts: NowQuery['agentCounts'] }) {
  if (!counts || counts.total === 0) return null;
  const trusted = counts.byState.find(({ state }) => state === 'TRUSTED');
  return (
    <>
      {(trusted?.count ?? 0).toLocaleString('en')}
      {trusted?.isComplete === false && '+'} of {counts.total.toLocaleString('en')} agents are trusted.
    </>
  );
}

function Needs({ needs }: { readonly needs: readonly Need[] }) {
  return (
    <ul className={css.needs}>
      {needs.map(({ key, state, tone, words, count, isComplete, path, search }) => (
        <li key={key}>
          <ScopedLink path={path} search={search}>
            <strong>
              {count.toLocaleString('en')}
              {!isComplete && '+'}
            </strong>
            <Badge state={state} tone={tone} />
            <span>{words}</span>
          </ScopedLink>
        </li>
      ))}
    </ul>
  );
}

function Nothing({ machines }: { readonly machines: number | null }) {
  return (
    <div className={css.nothing}>
      <p>
        <strong>Nothing needs you.</strong> {machines === 0 && 'There are no machines yet.'}
        {machines !== null &&
          machines > 0 &&
          (machines === 1
            ? 'The machine is as it should be.'
            : `All ${machines.toLocaleString('en')} machines are as they should be.`)}
      </p>
      <AddMachine />
    </div>
  );
}

/** How the viewer adds a machine: to the fleet, or to a project of its own. */
function AddMachine() {
  const { permissions } = useViewer();
  if (permissions?.has('join_token:create'))
    return (
      <p>
        Add a machine: make a token on the page <ScopedLink path={['join-tokens']}>Join tokens</ScopedLink>, or with{' '}
        <code>bailiwick join-token create --project PROJECT --node-name NAME --expires 1d</code>.
      </p>
    );
  if (!permissions?.has('agent:create')) return null;
  return (
    <p>
      Add a machine with <code>bailiwick agent create NAME</code>.
    </p>
  );
}
