import { CreateDomainDocument } from '../../generated/documents.js';
import { CreateTask } from '../../kit/create-task.js';
import { useCan } from '../access/can.js';

/** Creates a domain. */
export function CreateDomain() {
  const can = useCan(['createDomain']);
  return (
    <CreateTask
      what="a domain"
      permission={can('createDomain')}
      effect="A new tenant, with nobody and nothing in it. Grant somebody a role on it next."
      document={CreateDomainDocument}
      pathOfMade={({ payload }) => (payload?.domain ? ['domains', payload.domain.id] : null)}
    />
  );
}
