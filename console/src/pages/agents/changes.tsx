import { useId, useState } from 'react';
import { useDocument } from '../../api/queries.js';
import {
  type AgentQuery,
  AllowlistChoicesDocument,
  BindAllowlistDocument,
  UpdateAgentDocument,
} from '../../generated/documents.js';
import { Action } from '../../kit/action.js';
import { ActionDialog } from '../../kit/action-dialog.js';
import { Field } from '../../kit/field.js';
import { permissionFor } from '../../kit/permission.js';
import { projectOwned } from '../../kit/typed-refs.js';
import { useViewer } from '../../kit/viewer.js';

interface AgentProps {
  readonly agent: NonNullable<AgentQuery['agent']>;
}

/** What can be set of an agent. */
export const AgentChanges = (props: AgentProps) => (
  <>
    <Update {...props} />
    <Bind {...props} />
  </>
);

const factsOf = ({ name, externalId, allowlist }: AgentProps['agent']) => ({
  Name: name,
  'External id': externalId ?? '—',
  Allowlist: allowlist?.name ?? '—',
});

function Update({ agent }: AgentProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Action label="Rename" permission={permissionFor(agent, 'updateAgent')} onRun={() => setOpen(true)} />
      {isOpen && (
        <ActionDialog
          title={`Rename ${agent.name}`}
          effect={<p>Scripts that name the agent have to follow. Its keys and its trust stay.</p>}
          submit="Rename"
          document={UpdateAgentDocument}
          variables={({ name, externalId }) => ({
            input: { agent: { id: agent.id }, etag: agent.etag, name, externalId: externalId ?? null },
          })}
          facts={factsOf(agent)}
          onClose={() => setOpen(false)}
        >
          <Field label="Name" name="name" required defaultValue={agent.name} />
          <Field label="External id" name="externalId" defaultValue={agent.externalId ?? ''} />
        </ActionDialog>
      )}
    </>
  );
}

function Bind({ agent }: AgentProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Action label="Bind list" permission={permissionFor(agent, 'bindAllowlist')} onRun={() => setOpen(true)} />
      {isOpen && (
        <ActionDialog
          title={`Bind ${agent.name} to an allowlist`}
          effect={<p>Its next evidence is verified against that list, from the first log entry on.</p>}
          submit="Bind"
          document={BindAllowlistDocument}
          variables={({ allowlist }) => ({
            input: {
              agent: { id: agent.id },
              allowlist: allowlist === undefined ? null : projectOwned('alw', allowlist),
            },
          })}
          facts={factsOf(agent)}
          onClose={() => setOpen(false)}
        >
          <ListField given={agent.allowlist?.name ?? ''} />
        </ActionDialog>
      )}
    </>
  );
}

/** The name of an allowlist, with suggestions for those who may read lists. */
export function ListField({ given = '' }: { readonly given?: string }) {
  const { permissions } = useViewer();
  const id = useId();
  const { data } = useDocument(AllowlistChoicesDocument, {}, { isPaused: !permissions?.has('allowlist:get') });
  return (
    <div>
      <Field
        label="Allowlist"
        name="allowlist"
        list={id}
        defaultValue={given}
        hint="Its name; empty for none: then no evidence is accepted."
      />
      <datalist id={id}>
        {data?.allowlists?.nodes.map((one) => (
          <option key={one.id} value={one.name} />
        ))}
      </datalist>
    </div>
  );
}
