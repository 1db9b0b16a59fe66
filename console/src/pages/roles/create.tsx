import { CreateRoleDocument } from '../../generated/documents.js';
import { CheckField } from '../../kit/choice-field.js';
import { CreateTask } from '../../kit/create-task.js';
import { useViewer } from '../../kit/viewer.js';
import { useCan } from '../access/can.js';

const KIND = {
  system: 'It is a global role, which policies can require.',
  domain: 'It is a role of this domain, which gives what it implies.',
};

/** Creates a role. */
export function CreateRole() {
  const can = useCan(['createRole']);
  const isGlobal = useViewer().scope === 'system';
  return (
    <CreateTask
      what="a role"
      permission={can('createRole')}
      effect={isGlobal ? KIND.system : KIND.domain}
      document={CreateRoleDocument}
      inputOf={({ isSystemOnly }) => (isSystemOnly === 'on' ? { isSystemOnly: true } : {})}
      pathOfMade={({ payload }) => (payload?.role ? ['roles', payload.role.id] : null)}
      name={{ maxLength: 64, hint: 'A letter, then letters, digits, dots, dashes and underscores.' }}
    >
      {isGlobal && <CheckField label="Only administrators of the system grant and revoke it" name="isSystemOnly" />}
    </CreateTask>
  );
}
