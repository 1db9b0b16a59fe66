import { useNavigate } from '@tanstack/react-router';
import {
  DeleteProjectDocument,
  type ProjectQuery,
  SetProjectOperatorsDocument,
  UpdateProjectDocument,
} from '../../generated/documents.js';
import { ActionDialog } from '../../kit/action-dialog.js';
import { Field } from '../../kit/field.js';
import { permissionFor } from '../../kit/permission.js';
import { pathOf } from '../../kit/scoped-link.js';
import { Task } from '../../kit/task.js';
import { useViewer } from '../../kit/viewer.js';

export type ProjectFound = NonNullable<ProjectQuery['project']>;
interface OfProject {
  readonly project: ProjectFound;
}

const factsOf = ({ name, description }: ProjectFound) => ({ Name: name, Description: description ?? '—' });

/** What can be done about a project. */
export function ProjectActions({ project }: OfProject) {
  return (
    <>
      <Change project={project} />
      <Operators project={project} />
      <Delete project={project} />
    </>
  );
}

function Change({ project }: OfProject) {
  const { id, etag, name, description } = project;
  return (
    <Task label="Change" permission={permissionFor(project, 'updateProject')}>
      {(close) => (
        <ActionDialog
          title={`Change ${name}`}
          effect={<p>What uses its id is not touched; what uses its name must use the new one.</p>}
          submit="Save"
          document={UpdateProjectDocument}
          variables={(typed) => ({
            input: { project: { id }, etag, name: typed.name, description: typed.description ?? null },
          })}
          facts={factsOf(project)}
          onClose={close}
        >
          <Field label="Name" name="name" required maxLength={255} defaultValue={name} />
          <Field label="Description" name="description" defaultValue={description ?? ''} />
        </ActionDialog>
      )}
    </Task>
  );
}

function Operators({ project }: OfProject) {
  const { id, etag, name, isOperators } = project;
  const label = isOperators ? 'Give to its domain' : 'Make it of the operators';
  return (
    <Task label={label} permission={permissionFor(project, 'setProjectOperators')} isDangerous>
      {(close) => (
        <ActionDialog
          title={`${label}: ${name}`}
          effect={
            <p>
              {isOperators
                ? 'Its agents and allowlists are no longer read and managed at the system. It stays one while an agent of a node is in it.'
                : 'At the system, its agents and allowlists are read and managed, and its agents can be nodes.'}
            </p>
          }
          submit={label}
          document={SetProjectOperatorsDocument}
          variables={() => ({ input: { project: { id }, etag, isOperators: !isOperators } })}
          facts={factsOf(project)}
          isDangerous
          onClose={close}
        />
      )}
    </Task>
  );
}

function Delete({ project }: OfProject) {
  const { id, etag, name } = project;
  const { scope } = useViewer();
  const navigate = useNavigate();
  return (
    <Task label="Delete" permission={permissionFor(project, 'deleteProject')} isDangerous>
      {(close) => (
        <ActionDialog
          title={`Delete ${name}`}
          effect={
            <p>
              Only a project that owns nothing can be deleted. Its role assignments, tokens and API credentials go with
              it.
            </p>
          }
          submit="Delete"
          document={DeleteProjectDocument}
          variables={() => ({ input: { project: { id }, etag } })}
          facts={factsOf(project)}
          isDangerous
          confirmName={name}
          onDone={() => navigate({ to: pathOf(scope, ['projects']) })}
          onClose={close}
        />
      )}
    </Task>
  );
}
