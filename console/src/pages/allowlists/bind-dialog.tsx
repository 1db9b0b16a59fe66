import { useDeferredValue, useId, useState } from 'react';
import { useDocument } from '../../api/queries.js';
import {
  AgentsToBindDocument,
  type AgentsToBindQuery,
  type AllowlistQuery,
  BindAllowlistDocument,
} from '../../generated/documents.js';
import { ActionDialog } from '../../kit/action-dialog.js';
import { obstacleOf, permissionFor } from '../../kit/permission.js';
import { inWords } from '../../kit/words.js';
import css from './allowlists.module.css';

type Agent = NonNullable<AgentsToBindQuery['agents']>['nodes'][number];

interface BindDialogProps {
  readonly list: NonNullable<AllowlistQuery['allowlist']>;
  readonly onClose: () => void;
}

/** Binds an agent to a list: it is found by the beginning of its name. */
export function BindDialog({ list, onClose }: BindDialogProps) {
  return (
    <ActionDialog
      title={`Bind an agent to ${list.name}`}
      effect={<p>Its next evidence is judged by this list, from the first entry of its log on.</p>}
      submit="Bind"
      document={BindAllowlistDocument}
      variables={({ agent = '' }) => ({
        input: { agent: { id: agent }, allowlist: { id: list.id }, allowlistEtag: list.etag },
      })}
      facts={{ Name: list.name, Revision: String(list.currentRevision.number) }}
      onClose={onClose}
    >
      <AgentChoice listId={list.id} />
    </ActionDialog>
  );
}

function AgentChoice({ listId }: { readonly listId: string }) {
  const id = useId();
  const [name, setName] = useState('');
  const asked = useDeferredValue(name);
  const { data } = useDocument(AgentsToBindDocument, { name: asked }, { isPaused: asked === '' });
  const agents = asked === '' ? [] : (data?.agents?.nodes ?? []);
  return (
    <>
      <div>
        <label htmlFor={id}>The agent’s name begins with</label>
        <input id={id} type="search" autoComplete="off" value={name} onChange={({ target }) => setName(target.value)} />
      </div>
      <fieldset className={css.box}>
        <legend>Agent</legend>
        {agents.map((agent) => (
          <AgentOption key={agent.id} agent={agent} listId={listId} />
        ))}
        {agents.length === 0 && <p role="status">{asked === '' ? 'Type a name above.' : 'No agent is named so.'}</p>}
      </fieldset>
    </>
  );
}

function AgentOption({ agent, listId }: { readonly agent: Agent; readonly listId: string }) {
  const { id, name, state, allowlist } = agent;
  const isBound = allowlist?.id === listId;
  const obstacle = isBound ? 'It is bound to this list.' : obstacleOf(permissionFor(agent, 'bindAllowlist'));
  return (
    <label>
      <input type="radio" name="agent" value={id} required disabled={obstacle !== null} /> <bdi>{name}</bdi>,{' '}
      {inWords(state).toLowerCase()}. {obstacle ?? `Now: ${allowlist?.name ?? 'no list'}.`}
    </label>
  );
}
