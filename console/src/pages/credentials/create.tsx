import { useState } from 'react';
import { CreateApiCredentialDocument } from '../../generated/documents.js';
import { ActionDialog } from '../../kit/action-dialog.js';
import { RadioField } from '../../kit/choice-field.js';
import { Field } from '../../kit/field.js';
import { ShownOnce } from '../../kit/shown-once.js';
import { Task } from '../../kit/task.js';
import { useCan } from '../access/can.js';
import { ENDS, type End, endOf, inFull } from '../access/ends.js';

/** A credential has an end: those of a grant, but for none. */
const LIFETIMES = ENDS.filter(([end]) => end !== 'none');
const wordsOf = (text: string | undefined) => text?.split(/[\s,]+/).filter(Boolean);

/** Creates an API credential of the viewer's own, in the scope of the page. */
export function CreateCredential() {
  const can = useCan(['createApiCredential']);
  const [key, setKey] = useState<string | null>(null);
  return (
    <>
      <Task label="Create an API credential" permission={can('createApiCredential')}>
        {(close) => <CreateDialog onClose={close} onMade={setKey} />}
      </Task>
      {key !== null && (
        <ShownOnce title="The key" what="key" secret={key} onClose={() => setKey(null)}>
          <p>Give it to the program that will act for you, and to nobody else.</p>
        </ShownOnce>
      )}
    </>
  );
}

function CreateDialog({ onClose, onMade }: { readonly onClose: () => void; readonly onMade: (key: string) => void }) {
  const [requestId] = useState(() => crypto.randomUUID());
  const [end, setEnd] = useState<End>('month');
  const [time, setTime] = useState('');
  const until = endOf(end, time, Date.now());
  return (
    <ActionDialog
      title="Create an API credential"
      effect={
        <p>
          A program that has its key acts for you at this scope{until && ` until ${inFull(until)}`}. The key is shown
          afterwards, once.
        </p>
      }
      submit="Create"
      document={CreateApiCredentialDocument}
      variables={({ name = '', description, roles, allowedPolicies }) => ({
        input: {
          name,
          description,
          roles: wordsOf(roles),
          allowedPolicies: wordsOf(allowedPolicies),
          expiresAt: endOf(end, time, Date.now())?.toISOString() ?? '',
          requestId,
        },
      })}
      onDone={({ payload }) => payload?.key && onMade(payload.key)}
      onClose={onClose}
    >
      <Field label="Name" name="name" required maxLength={255} />
      <Field label="Description" name="description" hint="What it is for." />
      <Field label="Roles" name="roles" hint="Names of roles, with commas; all of yours when empty." />
      <Field
        label="Policies"
        name="allowedPolicies"
        hint="Names of policies that it is limited to, with commas, for example agent:get; all that are open to API credentials when empty."
      />
      <RadioField label="For how long" name="expiresAt" choices={LIFETIMES} value={end} onChoose={setEnd} />
      {end === 'at' && (
        <Field
          label="Until"
          name="until"
          type="datetime-local"
          required
          onChange={({ target }) => setTime(target.value)}
        />
      )}
    </ActionDialog>
  );
}
