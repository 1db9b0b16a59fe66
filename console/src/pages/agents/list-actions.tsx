import { useState } from 'react';
import { useDocument } from '../../api/queries.js';
import {
  CanOfAgentsDocument,
  CreateAgentDocument,
  type CreateAgentMutation,
  type CreateAgentMutationVariables,
  UnbanEndorsementKeyDocument,
} from '../../generated/documents.js';
import { Action } from '../../kit/action.js';
import { ActionDialog } from '../../kit/action-dialog.js';
import { Copy } from '../../kit/copy.js';
import { Field } from '../../kit/field.js';
import type { Permission } from '../../kit/permission.js';
import { SelectField } from '../../kit/select-field.js';
import { ShownOnce } from '../../kit/shown-once.js';
import { projectOwned } from '../../kit/typed-refs.js';
import { ListField } from './changes.js';

interface ActionProps {
  readonly permission: Permission | undefined;
}

/** What can be done without an agent: make one, and lift a ban whose agent is gone. */
export function AgentsActions() {
  const { data } = useDocument(CanOfAgentsDocument, {});
  const can = (operation: string) => data?.viewer?.can?.find((one) => one.operation === operation);
  return (
    <>
      <UnbanKey permission={can('unbanEndorsementKey')} />
      <CreateAgent permission={can('createAgent')} server={data?.viewer?.apiAddresses[0] ?? location.origin} />
    </>
  );
}

function UnbanKey({ permission }: ActionProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Action label="Unban a TPM" permission={permission} onRun={() => setOpen(true)} />
      {isOpen && (
        <ActionDialog
          title="Lift the ban of a TPM"
          effect={
            <p>
              A TPM stays banned when its agent is retired or gone; with this it can enroll again. While its agent is
              there and banned, unban the agent instead.
            </p>
          }
          submit="Unban"
          document={UnbanEndorsementKeyDocument}
          variables={({ fingerprint = '', reason }) => ({ input: { fingerprint, reason } })}
          asksReason
          onClose={() => setOpen(false)}
        >
          <Field
            label="Fingerprint of its endorsement key"
            name="fingerprint"
            required
            hint="64 hexadecimal digits, as the audit log has it of a refused enrollment."
          />
        </ActionDialog>
      )}
    </>
  );
}

type Input = CreateAgentMutationVariables['input'];
type Created = NonNullable<CreateAgentMutation['payload']>;

function CreateAgent({ permission, server }: ActionProps & { readonly server: string }) {
  const [isOpen, setOpen] = useState(false);
  const [created, setCreated] = useState<Created | null>(null);
  return (
    <>
      <Action label="Create an agent" permission={permission} onRun={() => setOpen(true)} />
      {isOpen && (
        <ActionDialog
          title="Create an agent"
          effect={<p>The machine that gets its enrollment token becomes this agent of the project.</p>}
          submit="Create"
          document={CreateAgentDocument}
          variables={({ name = '', externalId, allowlist, tpmKind }) => ({
            input: {
              name,
              externalId,
              tpmKind: tpmKind as Input['tpmKind'],
              ...(allowlist !== undefined && { allowlist: projectOwned('alw', allowlist) }),
            },
          })}
          onDone={({ payload }) => setCreated(payload)}
          onClose={() => setOpen(false)}
        >
          <Field label="Name" name="name" required />
          <Field label="External id" name="externalId" hint="An id from another system, such as Keylime’s UUID." />
          <ListField />
          <SelectField
            label="Its TPM"
            name="tpmKind"
            options={[
              ['PHYSICAL', 'a chip'],
              ['VIRTUAL', 'virtual'],
            ]}
          />
        </ActionDialog>
      )}
      {created?.enrollmentToken && (
        <ShownOnce
          title={`The enrollment token of ${created.agent?.name ?? 'the agent'}`}
          what="enrollment token"
          secret={created.enrollmentToken}
          onClose={() => setCreated(null)}
        >
          <p>
            Put it into a file on the machine, <code>enrollment.token</code>, and start there:
          </p>
          <p>
            <Copy text={`bailiwick agent run --server ${server} --token-file enrollment.token`} what="the command" />
          </p>
        </ShownOnce>
      )}
    </>
  );
}
