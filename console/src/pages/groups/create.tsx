import { CreateGroupDocument } from '../../generated/documents.js';
import { CreateTask } from '../../kit/create-task.js';
import { useCan } from '../access/can.js';

/** Creates a group. */
export function CreateGroup() {
  const can = useCan(['createGroup']);
  return (
    <CreateTask
      what="a group"
      permission={can('createGroup')}
      effect="It belongs to the domain of this scope. Each of its members will hold every role that it is granted."
      document={CreateGroupDocument}
      pathOfMade={({ payload }) => (payload?.group ? ['groups', payload.group.id] : null)}
    />
  );
}
