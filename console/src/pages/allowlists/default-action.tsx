import { useState } from 'react';
import { useDocument } from '../../api/queries.js';
import { type AllowlistQuery, ScopeDefaultDocument, SetProjectDefaultsDocument } from '../../generated/documents.js';
import { Action } from '../../kit/action.js';
import { ActionDialog } from '../../kit/action-dialog.js';
import { permissionFor } from '../../kit/permission.js';
import { useViewer } from '../../kit/viewer.js';

/** Makes a list the one that new agents of the project get, or no longer; at the scope of a project. */
export function DefaultAction({ list }: { readonly list: NonNullable<AllowlistQuery['allowlist']> }) {
  const { scope, permissions } = useViewer();
  const projectId = scope.startsWith('project:') ? scope.slice('project:'.length) : '';
  const isPaused = projectId === '' || !permissions?.has('project:get');
  const { data } = useDocument(ScopeDefaultDocument, { id: projectId }, { isPaused });
  const [isOpen, setOpen] = useState(false);
  const project = data?.project;
  if (isPaused || !project) return null;
  const before = project.defaultAllowlist;
  const isDefault = before?.id === list.id;
  const label = isDefault ? 'Stop using it by default' : 'Use it by default';
  return (
    <>
      <Action label={label} permission={permissionFor(project, 'setProjectDefaults')} onRun={() => setOpen(true)} />
      {isOpen && (
        <ActionDialog
          title={`${label} in ${project.name}`}
          effect={
            <p>
              {isDefault
                ? 'A new agent for which no list is named is bound to none then.'
                : `A new agent for which no list is named is bound to this one, instead of ${before?.name ?? 'none'}.`}{' '}
              Agents that the project has stay as they are.
            </p>
          }
          submit={label}
          document={SetProjectDefaultsDocument}
          variables={() => ({
            input: {
              project: { id: project.id },
              etag: project.etag,
              allowlist: isDefault ? null : { id: list.id },
            },
          })}
          facts={{ Name: project.name, Default: before?.name ?? 'none' }}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}
