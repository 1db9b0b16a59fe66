import { useState } from 'react';
import { useDocument } from '../../api/queries.js';
import {
  CanCreateJoinTokenDocument,
  CreateJoinTokenDocument,
  type CreateJoinTokenMutation,
} from '../../generated/documents.js';
import { Action } from '../../kit/action.js';
import { ActionDialog } from '../../kit/action-dialog.js';
import { ShownOnce } from '../../kit/shown-once.js';
import { JoinTokenFields } from './fields.js';
import { HowToJoin } from './how-to-join.js';
import { inputOf } from './input.js';

type Created = NonNullable<CreateJoinTokenMutation['payload']>;

/** The button and the dialog that create a join token, and what shows the token once. */
export function CreateJoinToken() {
  const { data } = useDocument(CanCreateJoinTokenDocument, {});
  const [isOpen, setOpen] = useState(false);
  const [created, setCreated] = useState<Created | null>(null);
  const server = data?.viewer?.apiAddresses[0] ?? location.origin;
  return (
    <>
      <Action label="Create a join token" permission={data?.viewer?.can?.[0]} onRun={() => setOpen(true)} />
      {isOpen && (
        <ActionDialog
          title="Create a join token"
          effect={<p>Whoever has the token brings machines into the fleet with it, until it expires or is used up.</p>}
          submit="Create"
          document={CreateJoinTokenDocument}
          variables={(typed) => ({ input: inputOf(typed, Date.now()) })}
          onDone={({ payload }) => setCreated(payload)}
          onClose={() => setOpen(false)}
        >
          <JoinTokenFields />
        </ActionDialog>
      )}
      {created?.token && (
        <ShownOnce title="The join token" what="join token" secret={created.token} onClose={() => setCreated(null)}>
          <HowToJoin
            server={server}
            uses={created.joinToken?.uses ?? 1}
            expiresAt={created.joinToken?.expiresAt ?? null}
          />
        </ShownOnce>
      )}
    </>
  );
}
