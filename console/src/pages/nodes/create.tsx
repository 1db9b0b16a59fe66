import { useState } from 'react';
import { useDocument } from '../../api/queries.js';
import {
  CanCreateNodeDocument,
  CreateNodeDocument,
  type CreateNodeMutationVariables,
} from '../../generated/documents.js';
import { Action } from '../../kit/action.js';
import { ActionDialog, type Typed } from '../../kit/action-dialog.js';
import { Field } from '../../kit/field.js';
import { SelectField } from '../../kit/select-field.js';
import { labelsOf, linesOf, projectOwned } from '../../kit/typed-refs.js';
import { AVAILABILITY_CHOICES, LabelsField, TenantsFields, tenantsOf } from './fields.js';

type Input = CreateNodeMutationVariables['input'];

/** Makes a node of what was typed. */
const inputOf = ({ name, description, address, availability, labels, tenants, projects, agent }: Typed): Input => ({
  name: name ?? '',
  description,
  address,
  availability: availability as Input['availability'],
  labels: labelsOf(linesOf(labels)),
  tenants: tenantsOf(tenants, projects),
  ...(agent !== undefined && { agent: projectOwned('agt', agent) }),
});

/** The button and the dialog that create a node. */
export function CreateNode() {
  const { data } = useDocument(CanCreateNodeDocument, {});
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Action label="Create a node" permission={data?.viewer?.can?.[0]} onRun={() => setOpen(true)} />
      {isOpen && (
        <ActionDialog
          title="Create a node"
          effect={
            <p>
              The node waits for its machine, which a join token brings; or it takes an agent that exists, which is
              pending until it proves itself anew.
            </p>
          }
          submit="Create"
          document={CreateNodeDocument}
          variables={(typed) => ({ input: inputOf(typed) })}
          onClose={() => setOpen(false)}
        >
          <Field label="Name" name="name" required />
          <Field label="Description" name="description" />
          <Field label="Address" name="address" hint="A host name or an IP address, unique among nodes." />
          <SelectField label="Availability" name="availability" options={AVAILABILITY_CHOICES} />
          <LabelsField />
          <TenantsFields tenants={null} />
          <Field
            label="Agent to adopt"
            name="agent"
            hint="As domain/project/agent, of an operators' project. Without one, the node waits for its machine."
          />
        </ActionDialog>
      )}
    </>
  );
}
