import { useState } from 'react';
import {
  type AgentQuery,
  BanAgentDocument,
  ResetAgentDocument,
  RetireAgentDocument,
  UnbanAgentDocument,
} from '../../generated/documents.js';
import { Action } from '../../kit/action.js';
import { ActionDialog, type Typed } from '../../kit/action-dialog.js';
import { permissionFor } from '../../kit/permission.js';
import { inWords } from '../../kit/words.js';

type AgentFound = NonNullable<AgentQuery['agent']>;
type State = AgentFound['state'];

/** An action on an agent: all take the same input. */
interface AgentAction {
  readonly label: string;
  readonly document: typeof BanAgentDocument;
  readonly operation: string;
  readonly from: readonly State[];
  readonly effect: string;
  readonly isFinal?: boolean;
}

/** What the page offers; the query asks for the rights to just these. */
const ACTIONS: readonly AgentAction[] = [
  {
    label: 'Reset',
    document: ResetAgentDocument as typeof BanAgentDocument,
    operation: 'resetAgent',
    from: ['FAILED', 'BANNED'],
    effect: 'The agent becomes pending, and can attest again.',
  },
  {
    label: 'Unban',
    document: UnbanAgentDocument as typeof BanAgentDocument,
    operation: 'unbanAgent',
    from: ['BANNED'],
    effect: 'The ban is lifted: the agent becomes pending, and can attest again.',
  },
  {
    label: 'Ban',
    document: BanAgentDocument,
    operation: 'banAgent',
    from: ['CREATED', 'PENDING', 'TRUSTED', 'STALE', 'FAILED'],
    effect: 'Its tokens stop working at once, and it cannot attest until it is unbanned.',
  },
  {
    label: 'Retire',
    document: RetireAgentDocument as typeof BanAgentDocument,
    operation: 'retireAgent',
    from: ['CREATED', 'PENDING', 'TRUSTED', 'STALE', 'FAILED', 'BANNED'],
    effect: 'The agent is retired for good. Its keys can then enroll another agent.',
    isFinal: true,
  },
];

const listed = new Intl.ListFormat('en', { type: 'disjunction' });

/** Why its state forbids it, and which would not. */
const unfitOf = ({ from }: AgentAction, state: State): string =>
  `It is ${inWords(state).toLowerCase()}: this is for agents that are ${listed.format(from.map((one) => inWords(one).toLowerCase()))}.`;

/** What can be done about an agent. */
export function AgentActions({ agent }: { readonly agent: AgentFound }) {
  const [open, setOpen] = useState<AgentAction | null>(null);
  return (
    <>
      {ACTIONS.map((action) => (
        <Action
          key={action.label}
          label={action.label}
          permission={permissionFor(agent, action.operation)}
          unfit={action.from.includes(agent.state) ? null : unfitOf(action, agent.state)}
          isDangerous={action.label === 'Ban' || action.isFinal}
          onRun={() => setOpen(action)}
        />
      ))}
      {open && (
        <ActionDialog
          title={`${open.label} ${agent.name}`}
          effect={<p>{open.effect}</p>}
          submit={open.label}
          document={open.document}
          variables={({ reason }: Typed) => ({ input: { agent: { id: agent.id }, etag: agent.etag, reason } })}
          isDangerous={open.label === 'Ban' || open.isFinal}
          asksReason
          {...(open.isFinal && { confirmName: agent.name })}
          facts={{ Name: agent.name, State: inWords(agent.state), 'External id': agent.externalId ?? '—' }}
          onClose={() => setOpen(null)}
        />
      )}
    </>
  );
}
