import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { type AllowlistQuery, DeleteAllowlistDocument, UpdateAllowlistDocument } from '../../generated/documents.js';
import { Action } from '../../kit/action.js';
import { ActionDialog } from '../../kit/action-dialog.js';
import { Field } from '../../kit/field.js';
import { permissionFor } from '../../kit/permission.js';
import { pathOf } from '../../kit/scoped-link.js';
import { useViewer } from '../../kit/viewer.js';
import { BoundAgents } from './bound-agents.js';
import { DefaultAction } from './default-action.js';

type Allowlist = NonNullable<AllowlistQuery['allowlist']>;

/** What is shown of a list, and may have changed under an open dialog. */
const factsOf = ({ name, description, currentRevision }: Allowlist) => ({
  Name: name,
  Description: description ?? '—',
  Revision: String(currentRevision.number),
});

/** What can be done about a list. */
export function AllowlistActions({ list }: { readonly list: Allowlist }) {
  const { scope } = useViewer();
  const navigate = useNavigate();
  const [open, setOpen] = useState<'update' | 'delete' | null>(null);
  const close = () => setOpen(null);
  return (
    <>
      <Action
        label="Publish a revision"
        permission={permissionFor(list, 'publishAllowlistRevision')}
        onRun={() => navigate({ to: pathOf(scope, ['allowlists', list.id, 'publish']) })}
      />
      <Action label="Rename" permission={permissionFor(list, 'updateAllowlist')} onRun={() => setOpen('update')} />
      <DefaultAction list={list} />
      <Action
        label="Delete"
        permission={permissionFor(list, 'deleteAllowlist')}
        isDangerous
        onRun={() => setOpen('delete')}
      />
      {open === 'update' && <UpdateDialog list={list} onClose={close} />}
      {open === 'delete' && <DeleteDialog list={list} onClose={close} />}
    </>
  );
}

interface DialogProps {
  readonly list: Allowlist;
  readonly onClose: () => void;
}

function UpdateDialog({ list, onClose }: DialogProps) {
  return (
    <ActionDialog
      title={`Rename ${list.name}`}
      effect={<p>Its revisions stay as they are, and agents stay bound to it.</p>}
      submit="Save"
      document={UpdateAllowlistDocument}
      variables={({ name, description }) => ({
        input: { allowlist: { id: list.id }, etag: list.etag, name, description: description ?? null },
      })}
      facts={factsOf(list)}
      onClose={onClose}
    >
      <Field label="Name" name="name" required maxLength={255} defaultValue={list.name} />
      <Field label="Description" name="description" defaultValue={list.description ?? ''} />
    </ActionDialog>
  );
}

function DeleteDialog({ list, onClose }: DialogProps) {
  const { scope } = useViewer();
  const navigate = useNavigate();
  return (
    <ActionDialog
      title={`Delete ${list.name}`}
      effect={
        <>
          <p>The list goes with all its revisions. It can be deleted only while no agent is bound to it.</p>
          <BoundAgents id={list.id} />
        </>
      }
      submit="Delete"
      document={DeleteAllowlistDocument}
      variables={() => ({ input: { allowlist: { id: list.id }, etag: list.etag } })}
      isDangerous
      confirmName={list.name}
      facts={factsOf(list)}
      onClose={onClose}
      onDone={() => navigate({ to: pathOf(scope, ['allowlists']) })}
    />
  );
}
