import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useDocument } from '../../api/queries.js';
import { AllowlistDocument, type AllowlistQuery, PublishAllowlistRevisionDocument } from '../../generated/documents.js';
import { Action } from '../../kit/action.js';
import { ActionDialog } from '../../kit/action-dialog.js';
import { FaultNote, FaultPage, NotFound } from '../../kit/faults.js';
import { Loading } from '../../kit/loading.js';
import { permissionFor } from '../../kit/permission.js';
import { pathOf, ScopedLink } from '../../kit/scoped-link.js';
import { useTitle } from '../../kit/title.js';
import { useViewer } from '../../kit/viewer.js';
import css from './allowlists.module.css';
import { BoundAgents } from './bound-agents.js';
import { type Prepared, problemOf, usePreparing } from './content-input.js';
import { Differences } from './differences.js';
import { draftOf } from './draft.js';
import { DraftForm } from './draft-form.js';
import { useProposal } from './proposal.js';
import { ProposalBox } from './proposal-box.js';
import { type RevisionContent, useRevision, useRevisions } from './revisions.js';
import type { Entry } from './runtime-policy.js';
import { publishSearch } from './search.js';

type Allowlist = NonNullable<AllowlistQuery['allowlist']>;
type Proposal = ReturnType<typeof useProposal>;

/** A new revision, that begins with the one in force, or with one before it to take changes back. */
export function PublishPage() {
  const { id } = useParams({ from: '/s/$scope/allowlists/$id/publish' });
  const { revision: number, result } = publishSearch(useSearch({ strict: false }));
  const { data, fault } = useDocument(AllowlistDocument, { id });
  const { edges } = useRevisions(id);
  const current = useRevision(id, edges, undefined);
  const base = useRevision(id, edges, number, { isPaused: number === undefined });
  const proposal = useProposal(result);
  const list = data?.allowlist;
  useTitle(`Publish a revision of ${list?.name ?? ''}`);
  if (fault && !list) return fault.code === 'NOT_FOUND' ? <NotFound /> : <FaultPage fault={fault} />;
  if (data && !list) return <NotFound />;
  if (base.isMissing) return <NotFound />;
  const unread = current.found.fault ?? base.found.fault;
  if (unread) return <FaultNote fault={unread} onRetry={current.found.refresh} />;
  const begin = number === undefined ? current.revision : base.revision;
  if (!list || !current.revision || !begin || proposal.isAwaited) return <Loading what="the list" lines={8} />;
  return <Publishing list={list} current={current.revision} begin={begin} proposal={proposal} />;
}

interface PublishingProps {
  readonly list: Allowlist;
  readonly current: RevisionContent;
  readonly begin: RevisionContent;
  readonly proposal: Proposal;
}

function Publishing({ list, current, begin, proposal: { agent, entries } }: PublishingProps) {
  // What the person began with stays, also when somebody else publishes meanwhile.
  const [draft, setDraft] = useState(() => draftOf(begin));
  const [chosen, setChosen] = useState<readonly Entry[]>(() => entries.slice(0, 1));
  const [opened] = useState(current);
  const [prepared, setPrepared] = useState<Prepared | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const prepare = usePreparing();
  const review = async () => {
    setProblem(null);
    await prepare(draft, chosen).then(setPrepared, (error: unknown) => setProblem(problemOf(error)));
  };
  return (
    <>
      <p className={css.trail}>
        <ScopedLink path={['allowlists', list.id]}>{list.name}</ScopedLink>
      </p>
      <h1 tabIndex={-1}>
        Publish a revision of <bdi>{list.name}</bdi>
      </h1>
      <p>
        It replaces revision {current.number}
        {begin.number < opened.number && `, and begins with the content of revision ${begin.number}`}. Nothing is sent
        before you have seen what changes.
      </p>
      {opened.number !== current.number && (
        <p className={css.note} role="alert">
          Somebody published revision {current.number} since you opened this. What you publish replaces it: look at the
          differences.
        </p>
      )}
      <div className={css.form}>
        {entries.length > 0 && <ProposalBox agent={agent} entries={entries} chosen={chosen} onChange={setChosen} />}
        <DraftForm draft={draft} onChange={setDraft} />
        {problem && (
          <p className={css.problem} role="alert">
            {problem}
          </p>
        )}
        <div className={css.buttons}>
          <Action
            label="Review and publish"
            isPrimary
            permission={permissionFor(list, 'publishAllowlistRevision')}
            onRun={review}
          />
        </div>
      </div>
      {prepared && (
        <PublishDialog
          list={list}
          current={current}
          prepared={prepared}
          agentId={agent?.id}
          onClose={() => setPrepared(null)}
        />
      )}
    </>
  );
}

interface PublishDialogProps {
  readonly list: Allowlist;
  readonly current: RevisionContent;
  readonly prepared: Prepared;
  /** The agent whose failure this puts right. */
  readonly agentId: string | undefined;
  readonly onClose: () => void;
}

function PublishDialog({ list, current, prepared, agentId, onClose }: PublishDialogProps) {
  const { scope } = useViewer();
  const navigate = useNavigate();
  return (
    <ActionDialog
      title={`Publish a revision of ${list.name}`}
      effect={
        <>
          <Differences before={current} after={prepared.settled.content} />
          <p>The next evidence of every agent that is bound to the list is judged by it.</p>
          <p>
            An agent that failed stays failed until somebody resets it on its page, unless the server lets agents
            recover by themselves.
          </p>
          <BoundAgents id={list.id} />
        </>
      }
      submit="Publish"
      document={PublishAllowlistRevisionDocument}
      variables={() => ({ input: { allowlist: { id: list.id }, etag: list.etag, ...prepared.input } })}
      facts={{ Name: list.name, Revision: String(list.currentRevision.number) }}
      onClose={onClose}
      onDone={() => navigate({ to: pathOf(scope, agentId ? ['agents', agentId] : ['allowlists', list.id]) })}
    />
  );
}
