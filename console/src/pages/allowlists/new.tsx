import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { CreateAllowlistDocument } from '../../generated/documents.js';
import { Action } from '../../kit/action.js';
import { ActionDialog } from '../../kit/action-dialog.js';
import { Field } from '../../kit/field.js';
import { pathOf, ScopedLink } from '../../kit/scoped-link.js';
import { useTitle } from '../../kit/title.js';
import { useViewer } from '../../kit/viewer.js';
import css from './allowlists.module.css';
import { type Prepared, problemOf, usePreparing } from './content-input.js';
import { EMPTY } from './draft.js';
import { DraftForm } from './draft-form.js';
import { useRight } from './rights.js';
import { readPolicy } from './runtime-policy.js';

/** A new list, with its first revision. */
export function NewAllowlistPage() {
  const [draft, setDraft] = useState(EMPTY);
  const [prepared, setPrepared] = useState<Prepared | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const prepare = usePreparing();
  const permission = useRight('createAllowlist');
  useTitle('Create an allowlist');
  const review = async () => {
    setProblem(null);
    await prepare(draft, []).then(setPrepared, (error: unknown) => setProblem(problemOf(error)));
  };
  return (
    <>
      <p className={css.trail}>
        <ScopedLink path={['allowlists']}>Allowlists</ScopedLink>
      </p>
      <h1 tabIndex={-1}>Create an allowlist</h1>
      <p>What machines may run, and the PCR values that they may have. It belongs to the scope that is chosen above.</p>
      <div className={css.form}>
        <DraftForm draft={draft} onChange={setDraft} />
        {problem && (
          <p className={css.problem} role="alert">
            {problem}
          </p>
        )}
        <div className={css.buttons}>
          <Action label="Name and create it" isPrimary permission={permission} onRun={review} />
        </div>
      </div>
      {prepared && <CreateDialog prepared={prepared} onClose={() => setPrepared(null)} />}
    </>
  );
}

function CreateDialog({ prepared, onClose }: { readonly prepared: Prepared; readonly onClose: () => void }) {
  const { scope } = useViewer();
  const navigate = useNavigate();
  // The same for each attempt, so that an answer that got lost makes no second list.
  const [requestId] = useState(() => crypto.randomUUID());
  return (
    <ActionDialog
      title="Create an allowlist"
      effect={<p>{sizeOf(prepared)} No agent is bound to it before you bind one.</p>}
      submit="Create"
      document={CreateAllowlistDocument}
      variables={({ name = '', description }) => ({
        input: { name, description, requestId, ...prepared.input },
      })}
      onClose={onClose}
      onDone={({ payload }) => {
        const id = payload?.allowlist?.id;
        return navigate({ to: pathOf(scope, id ? ['allowlists', id] : ['allowlists']) });
      }}
    >
      <Field label="Name" name="name" required maxLength={255} />
      <Field label="Description" name="description" hint="What it is for." />
    </ActionDialog>
  );
}

function sizeOf({ settled: { content } }: Prepared): string {
  if (content.imaPolicySize === null) return 'It has PCR values, and no runtime policy.';
  const files = content.imaPolicy === null ? undefined : readPolicy(content.imaPolicy)?.digests.size;
  const size = content.imaPolicySize.toLocaleString('en');
  return files === undefined
    ? `Its runtime policy has ${size} bytes.`
    : `Its runtime policy lists ${files.toLocaleString('en')} ${files === 1 ? 'file' : 'files'}.`;
}
