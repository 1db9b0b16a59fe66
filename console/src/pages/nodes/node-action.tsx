import { type ReactNode, useState } from 'react';
import type { AnyVariables } from 'urql';
import type { Document } from '../../api/client.js';
import type { Answered } from '../../api/queries.js';
import type { NodeQuery } from '../../generated/documents.js';
import { Action } from '../../kit/action.js';
import type { Typed } from '../../kit/action-dialog.js';
import { ActionDialog, type ActionDialogProps } from '../../kit/action-dialog.js';
import { permissionFor } from '../../kit/permission.js';

export type NodeFound = NonNullable<NodeQuery['node']>;

interface NodeActionProps<Input>
  extends Pick<ActionDialogProps<Answered, unknown>, 'confirmName' | 'isDangerous' | 'onDone'> {
  readonly node: NodeFound;
  readonly operation: string;
  readonly label: string;
  readonly title?: string;
  readonly effect: ReactNode;
  readonly unfit?: string | null;
  readonly document: Document<Answered, { readonly input: Input }>;
  /** What the input has besides the node and its etag. */
  readonly input: (typed: Typed) => Omit<Input, 'node' | 'etag'>;
  readonly children?: ReactNode;
}

/** What is shown of a node, to tell what changed under an open dialog. */
const shownOf = (node: NodeFound) => ({
  Name: node.name,
  Description: node.description ?? '—',
  Address: node.address ?? '—',
  Availability: node.availability,
  Tenants: node.tenants?.map(({ name }) => name).join(', ') ?? 'any',
  Labels: node.labels.map(({ key, value }) => `${key}=${value}`).join(', '),
  'Lease holder': node.leaseHolder?.name ?? 'its agent',
  Agent: node.agent?.name ?? '—',
});

/** A button about a node and its dialog: all of these mutations take the node and its etag. */
export function NodeAction<Input>(props: NodeActionProps<Input>) {
  const { node, operation, label, title = `${label}: ${node.name}`, effect, unfit = null, document, input } = props;
  const [isOpen, setOpen] = useState(false);
  const { isDangerous = false, confirmName, onDone, children } = props;
  return (
    <>
      <Action
        label={label}
        permission={permissionFor(node, operation)}
        unfit={unfit}
        isDangerous={isDangerous}
        onRun={() => setOpen(true)}
      />
      {isOpen && (
        <ActionDialog
          title={title}
          effect={effect}
          submit={label}
          document={document as Document<Answered, AnyVariables>}
          variables={(typed) => ({ input: { ...input(typed), node: { id: node.id }, etag: node.etag } })}
          isDangerous={isDangerous}
          {...(confirmName !== undefined && { confirmName })}
          {...(onDone && { onDone })}
          facts={shownOf(node)}
          onClose={() => setOpen(false)}
        >
          {children}
        </ActionDialog>
      )}
    </>
  );
}
