import { ApiCredentialsDocument } from '../../generated/documents.js';
import { ListPage } from '../../kit/list-page.js';
import { PickField } from '../../kit/pick-field.js';
import type { Column } from '../../kit/rows.js';
import { useUserOptions } from '../access/options.js';
import { usePicked } from '../access/picked.js';
import { partsOf } from '../access/refs.js';
import { type CredentialRow, NAME, OWNER, REST } from './columns.js';
import { CreateCredential } from './create.js';
import { credentialSearch } from './search.js';

const KINDS = ['API_CREDENTIAL'] as const;

const COLUMNS: readonly Column<CredentialRow, 'CREATED_AT' | 'NAME'>[] = [{ ...NAME, order: 'NAME' }, OWNER, ...REST];

/** The API credentials that the viewer may read at the scope. */
export function CredentialsPage() {
  return (
    <ListPage
      title="API credentials"
      noun={['API credential', 'API credentials']}
      document={ApiCredentialsDocument}
      search={credentialSearch}
      labels={{ nameStartsWith: 'Name begins with', user: 'Acts for' }}
      variables={({ nameStartsWith, user }, orderBy) => ({
        filter: { nameStartsWith, ...(user && { userIds: [partsOf(user)[1]] }) },
        orderBy: nameStartsWith !== undefined && orderBy?.field !== 'NAME' ? null : orderBy,
      })}
      columns={COLUMNS}
      defaultOrder="CREATED_AT"
      live={KINDS}
      actions={<CreateCredential />}
      pickers={({ user }, change) => <OfUser user={user} onPick={(id) => change({ user: id })} />}
      empty={<p>No program acts for anybody here. Create an API credential for one with the button above.</p>}
    />
  );
}

function OfUser({
  user,
  onPick,
}: {
  readonly user?: string | undefined;
  readonly onPick: (id: string | undefined) => void;
}) {
  const picked = usePicked(user);
  return (
    <PickField
      label="Acts for"
      name="user"
      value={picked}
      useOptions={useUserOptions}
      onPick={(one) => onPick(one?.id)}
    />
  );
}
