import { useState } from 'react';
import { useDocument } from '../../api/queries.js';
import { GrantedRoleDocument, GrantRoleDocument } from '../../generated/documents.js';
import { ActionDialog } from '../../kit/action-dialog.js';
import { CheckField, RadioField } from '../../kit/choice-field.js';
import { Field } from '../../kit/field.js';
import { type Pick, PickField } from '../../kit/pick-field.js';
import { ENDS, type End, endOf, inFull } from './ends.js';
import { useHolderOptions, useRoleOptions, useScopeOptions } from './options.js';
import { holderOf, roleRefOf, scopeRefOf } from './refs.js';

/** What is chosen already when the dialog opens. */
export interface GrantStart {
  readonly who?: Pick | null;
  readonly role?: Pick | null;
  readonly at?: Pick | null;
}

interface GrantDialogProps {
  readonly start?: GrantStart;
  readonly onClose: () => void;
}

function useGrant(start: GrantStart) {
  const [who, setWho] = useState(start.who ?? null);
  const [role, setRole] = useState(start.role ?? null);
  const [at, setAt] = useState(start.at ?? null);
  const [end, setEnd] = useState<End>('week');
  const [time, setTime] = useState('');
  const [isInherited, setInherited] = useState(false);
  return { who, setWho, role, setRole, at, setAt, end, setEnd, time, setTime, isInherited, setInherited };
}

type Grant = ReturnType<typeof useGrant>;

/** Grants a role to somebody somewhere, for a while: the week of an auditor is what it starts with. */
export function GrantDialog({ start = {}, onClose }: GrantDialogProps) {
  const grant = useGrant(start);
  const { who, role, at, end, time } = grant;
  const [requestId] = useState(() => crypto.randomUUID());
  const ref = roleRefOf(role?.id ?? '');
  const { data } = useDocument(GrantedRoleDocument, { ref }, { isPaused: role === null });
  const reviewed = role ? data?.role : null;
  const isInherited = grant.isInherited && at?.id !== 'system';
  return (
    <ActionDialog
      title="Grant a role"
      effect={<Effect {...grant} implies={reviewed?.implies ?? []} />}
      submit="Grant"
      document={GrantRoleDocument}
      variables={({ reason }) => ({
        input: {
          ...holderOf(who?.id ?? ''),
          role: ref,
          roleEtag: reviewed?.etag,
          // A word that means no scope finds none.
          scope: scopeRefOf(at?.id) ?? { domain: { id: at?.id ?? '' } },
          isInherited,
          expiresAt: endOf(end, time, Date.now())?.toISOString(),
          reason,
          requestId,
        },
      })}
      facts={reviewed ? { Role: reviewed.name, 'What it implies': reviewed.implies.join(', ') || '—' } : {}}
      about={reviewed ? role?.id : undefined}
      asksReason
      onClose={onClose}
    >
      <GrantFields {...grant} />
    </ActionDialog>
  );
}

function GrantFields(grant: Grant) {
  const { who, setWho, role, setRole, at, setAt, end, setEnd, setTime, isInherited, setInherited } = grant;
  return (
    <>
      <PickField label="Who" name="user" required value={who} useOptions={useHolderOptions} onPick={setWho} />
      <PickField label="Role" name="role" required value={role} useOptions={useRoleOptions} onPick={setRole} />
      <PickField label="Where" name="scope" required value={at} useOptions={useScopeOptions} onPick={setAt} />
      {at && at.id !== 'system' && (
        <CheckField
          label="On everything inside of it"
          hint="All its projects, and not the scope itself."
          checked={isInherited}
          onChange={({ target }) => setInherited(target.checked)}
        />
      )}
      <RadioField label="For how long" name="expiresAt" choices={ENDS} value={end} onChoose={setEnd} />
      {end === 'at' && (
        <Field
          label="Until"
          name="until"
          type="datetime-local"
          required
          onChange={({ target }) => setTime(target.value)}
        />
      )}
    </>
  );
}

/** What will be so, in a sentence. */
function Effect({ who, role, at, end, time, isInherited, implies }: Grant & { readonly implies: readonly string[] }) {
  if (!who || !role || !at) return <p>Whoever gets a role can at most do what you could there yourself.</p>;
  const until = endOf(end, time, Date.now());
  const inside = isInherited && at.id !== 'system' ? 'everything inside ' : '';
  return (
    <p>
      {who.id.startsWith('group:') && 'Every member of '}
      <strong>
        <bdi>{who.label}</bdi>
      </strong>{' '}
      will hold <strong>{role.label}</strong>
      {implies.length > 0 && ` (and with it ${implies.join(', ')})`} on {inside}
      <strong>
        <bdi>{at.label}</bdi>
      </strong>
      {until === null ? ', without an end.' : until ? ` until ${inFull(until)}.` : '.'}
    </p>
  );
}
