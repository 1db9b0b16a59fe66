import { useState } from 'react';
import { useDocument } from '../../api/queries.js';
import { PolicyInForceDocument, type PolicyInForceQuery, type PolicyQuery } from '../../generated/documents.js';
import { Action } from '../../kit/action.js';
import { Field } from '../../kit/field.js';
import { useViewer } from '../../kit/viewer.js';
import { EnforceDialog, TryDialog } from './dialogs.js';
import { usePolicyRights } from './frame.js';
import { withCheck } from './sets.js';

type Policy = NonNullable<PolicyQuery['policy']>;
type InForce = NonNullable<PolicyInForceQuery['policyRevision']>;
type Open = 'override' | 'remove' | 'try';

/** The revision in force, as far as the viewer may read it. */
export function useInForce(): InForce | null {
  const isReadable = useViewer().permissions?.has('policy:list_revisions') ?? false;
  const { data } = useDocument(PolicyInForceDocument, {}, { isPaused: !isReadable });
  return data?.policyRevision ?? null;
}

/** What can be done about the check of a policy. */
export function PolicyActions({ policy }: { readonly policy: Policy }) {
  const rightTo = usePolicyRights();
  const inForce = useInForce();
  const [open, setOpen] = useState<Open | null>(null);
  const unread = inForce === null ? 'The revision in force is not read yet, or you may not read it.' : null;
  const unfit = unread ?? (policy.access === 'PUBLIC' ? 'A public policy cannot be overridden.' : null);
  const none = unfit ?? (policy.override === null ? 'Its default is in force.' : null);
  return (
    <>
      <Action
        label="Try another check"
        permission={rightTo('setPolicyCandidate')}
        unfit={unfit}
        onRun={() => setOpen('try')}
      />
      <Action
        label="Change the check"
        permission={rightTo('setPolicyOverrides')}
        unfit={unfit}
        isDangerous
        onRun={() => setOpen('override')}
      />
      <Action
        label="Remove the override"
        permission={rightTo('setPolicyOverrides')}
        unfit={none}
        isDangerous
        onRun={() => setOpen('remove')}
      />
      {open && inForce && <CheckDialog policy={policy} inForce={inForce} open={open} onClose={() => setOpen(null)} />}
    </>
  );
}

interface CheckDialogProps {
  readonly policy: Policy;
  readonly inForce: InForce;
  readonly open: Open;
  readonly onClose: () => void;
}

function CheckDialog({ policy, inForce, open, onClose }: CheckDialogProps) {
  const { name } = policy;
  const first = policy.override ?? policy.defaultChecks[0]?.check ?? '';
  const [check, setCheck] = useState(first);
  const set = withCheck(inForce, name, open === 'remove' || check.trim() === '' ? null : check);
  const field = (
    <Field
      label="Check"
      name="overrides"
      hint="In the policy language, for example role:manager; ! denies everybody."
      defaultValue={first}
      spellCheck={false}
      required
      onChange={({ target }) => setCheck(target.value)}
    />
  );
  if (open === 'try')
    return (
      <TryDialog
        title={`Try another check of ${name}`}
        words={
          <p>
            It decides nothing: the server counts the requests that it would decide otherwise. A candidate before is
            replaced.
          </p>
        }
        set={set}
        onClose={onClose}
      >
        {field}
      </TryDialog>
    );
  const title = open === 'remove' ? `Remove the override of ${name}` : `Change the check of ${name}`;
  return (
    <EnforceDialog
      title={title}
      words={<p>The next request is decided by it, on every server. All other overrides stay.</p>}
      set={set}
      inForce={inForce}
      onClose={onClose}
    >
      {open === 'override' && field}
    </EnforceDialog>
  );
}
