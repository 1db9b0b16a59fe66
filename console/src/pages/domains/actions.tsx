import { useNavigate } from '@tanstack/react-router';
import { DeleteDomainDocument, type DomainQuery, UpdateDomainDocument } from '../../generated/documents.js';
import { ActionDialog } from '../../kit/action-dialog.js';
import { Field } from '../../kit/field.js';
import { permissionFor } from '../../kit/permission.js';
import { pathOf } from '../../kit/scoped-link.js';
import { Task } from '../../kit/task.js';
import { useViewer } from '../../kit/viewer.js';

export type DomainFound = NonNullable<DomainQuery['domain']>;
interface OfDomain {
  readonly domain: DomainFound;
}

const factsOf = ({ name, description }: DomainFound) => ({ Name: name, Description: description ?? '—' });

/** What can be done about a domain. */
export function DomainActions({ domain }: OfDomain) {
  return (
    <>
      <Change domain={domain} />
      <Delete domain={domain} />
    </>
  );
}

function Change({ domain }: OfDomain) {
  const { id, etag, name, description } = domain;
  return (
    <Task label="Change" permission={permissionFor(domain, 'updateDomain')}>
      {(close) => (
        <ActionDialog
          title={`Change ${name}`}
          effect={<p>What uses its id is not touched; what uses its name must use the new one.</p>}
          submit="Save"
          document={UpdateDomainDocument}
          variables={(typed) => ({
            input: { domain: { id }, etag, name: typed.name, description: typed.description ?? null },
          })}
          facts={factsOf(domain)}
          onClose={close}
        >
          <Field label="Name" name="name" required maxLength={255} defaultValue={name} />
          <Field label="Description" name="description" defaultValue={description ?? ''} />
        </ActionDialog>
      )}
    </Task>
  );
}

function Delete({ domain }: OfDomain) {
  const { id, etag, name } = domain;
  const { scope } = useViewer();
  const navigate = useNavigate();
  return (
    <Task label="Delete" permission={permissionFor(domain, 'deleteDomain')} isDangerous>
      {(close) => (
        <ActionDialog
          title={`Delete ${name}`}
          effect={
            <p>
              Only a domain that owns nothing can be deleted. Its role assignments, tokens and API credentials go with
              it.
            </p>
          }
          submit="Delete"
          document={DeleteDomainDocument}
          variables={() => ({ input: { domain: { id }, etag } })}
          facts={factsOf(domain)}
          isDangerous
          confirmName={name}
          onDone={() => navigate({ to: pathOf(scope, ['domains']) })}
          onClose={close}
        />
      )}
    </Task>
  );
}
