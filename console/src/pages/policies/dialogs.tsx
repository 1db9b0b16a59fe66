import { type ReactNode, useCallback, useRef } from 'react';
import {
  RollbackPolicyOverridesDocument,
  SetPolicyCandidateDocument,
  SetPolicyOverridesDocument,
} from '../../generated/documents.js';
import { ActionDialog } from '../../kit/action-dialog.js';
import { ChangePreview } from './preview.js';
import { inputOf, type OverrideSet } from './sets.js';

interface InForce extends OverrideSet {
  readonly number: number;
}

interface SetDialogProps {
  readonly title: string;
  readonly words: ReactNode;
  /** The whole set that shall decide. */
  readonly set: OverrideSet;
  readonly inForce: InForce;
  readonly children?: ReactNode;
  readonly onClose: () => void;
}

const factsOf = ({ number }: InForce) => ({ 'Revision in force': String(number) });

/** Brings a set of overrides into force, as it was previewed. */
export function EnforceDialog({ title, words, set, inForce, children, onClose }: SetDialogProps) {
  const hash = useRef<string | null>(null);
  const noteHash = useCallback((found: string | null) => {
    hash.current = found;
  }, []);
  return (
    <ActionDialog
      title={title}
      effect={
        <>
          {words}
          <ChangePreview set={set} onHash={noteHash} />
        </>
      }
      submit="Bring into force"
      document={SetPolicyOverridesDocument}
      variables={({ reason }) => ({
        input: { ...inputOf(set), baseRevision: inForce.number, previewHash: hash.current, reason },
      })}
      isDangerous
      asksReason
      facts={factsOf(inForce)}
      onClose={onClose}
    >
      {children}
    </ActionDialog>
  );
}

/** Makes a set the candidate: it decides nothing, and the server counts what it would change. */
export function TryDialog({ title, words, set, children, onClose }: Omit<SetDialogProps, 'inForce'>) {
  return (
    <ActionDialog
      title={title}
      effect={
        <>
          {words}
          <ChangePreview set={set} />
        </>
      }
      submit="Try it"
      document={SetPolicyCandidateDocument}
      variables={({ reason }) => ({ input: { ...inputOf(set), reason } })}
      asksReason
      onClose={onClose}
    >
      {children}
    </ActionDialog>
  );
}

interface RollbackDialogProps extends Omit<SetDialogProps, 'children'> {
  /** The number of the revision to put back. */
  readonly revision: number;
}

/** Puts an earlier revision back in force, as a new one. */
export function RollbackDialog({ title, words, set, revision, inForce, onClose }: RollbackDialogProps) {
  return (
    <ActionDialog
      title={title}
      effect={
        <>
          {words}
          <ChangePreview set={set} />
        </>
      }
      submit={`Put revision ${revision} back in force`}
      document={RollbackPolicyOverridesDocument}
      variables={({ reason }) => ({ input: { revision, baseRevision: inForce.number, reason } })}
      isDangerous
      asksReason
      facts={factsOf(inForce)}
      onClose={onClose}
    />
  );
}
