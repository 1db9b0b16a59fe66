import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { AnyVariables } from 'urql';
import type { Document } from '../api/client.js';
import type { Answered } from '../api/queries.js';
import { ActionDialog, type Typed } from './action-dialog.js';
import { Field } from './field.js';
import type { Permission } from './permission.js';
import { pathOf } from './scoped-link.js';
import { Task } from './task.js';
import { useViewer } from './viewer.js';

interface CreateTaskProps<Data extends Answered, Variables> {
  /** What is made, such as `a group`. */
  readonly what: string;
  readonly permission: Permission | undefined;
  /** What it will be good for, and what to do next. */
  readonly effect: string;
  /** Its input has a name, a description and the id of the request, and what `inputOf` adds. */
  readonly document: Document<Data, Variables>;
  readonly inputOf?: (typed: Typed) => object;
  /** The page of what was made. */
  readonly pathOfMade: (data: Data) => readonly string[] | null;
  readonly name?: { readonly maxLength?: number; readonly hint?: string };
  /** Further fields. */
  readonly children?: ReactNode;
}

/** Makes something that has a name and a description, and leads to it. */
export function CreateTask<Data extends Answered, Variables extends AnyVariables>(
  props: CreateTaskProps<Data, Variables>,
) {
  return (
    <Task label={`Create ${props.what}`} permission={props.permission}>
      {(close) => <CreateDialog {...props} onClose={close} />}
    </Task>
  );
}

type CreateDialogProps<Data extends Answered, Variables> = CreateTaskProps<Data, Variables> & {
  readonly onClose: () => void;
};

function CreateDialog<Data extends Answered, Variables extends AnyVariables>(
  props: CreateDialogProps<Data, Variables>,
) {
  const { what, effect, document, inputOf, pathOfMade, name, children, onClose } = props;
  const { scope } = useViewer();
  const navigate = useNavigate();
  // The same for each attempt, so that an answer that got lost makes no second one.
  const [requestId] = useState(() => crypto.randomUUID());
  const variables = (typed: Typed) => {
    const { name: called = '', description } = typed;
    return { input: { name: called, description, requestId, ...inputOf?.(typed) } } as unknown as Variables;
  };
  const made = (data: Data) => {
    const path = pathOfMade(data);
    if (path) void navigate({ to: pathOf(scope, path) });
  };
  return (
    <ActionDialog
      title={`Create ${what}`}
      effect={<p>{effect}</p>}
      submit="Create"
      document={document}
      variables={variables}
      onDone={made}
      onClose={onClose}
    >
      <Field label="Name" name="name" required maxLength={255} {...name} />
      <Field label="Description" name="description" hint="What it is for." />
      {children}
    </ActionDialog>
  );
}
