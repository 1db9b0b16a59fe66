import { CreateProjectDocument } from '../../generated/documents.js';
import { CreateTask } from '../../kit/create-task.js';
import { useCan } from '../access/can.js';

/** Creates a project. */
export function CreateProject() {
  const can = useCan(['createProject']);
  return (
    <CreateTask
      what="a project"
      permission={can('createProject')}
      effect="It belongs to the domain of this scope. Agents and allowlists are made inside of it."
      document={CreateProjectDocument}
      pathOfMade={({ payload }) => (payload?.project ? ['projects', payload.project.id] : null)}
    />
  );
}
