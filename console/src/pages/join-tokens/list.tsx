import { useState } from 'react';
import { JoinTokensDocument, type JoinTokensQuery, RevokeJoinTokenDocument } from '../../generated/documents.js';
import { Action } from '../../kit/action.js';
import { ActionDialog } from '../../kit/action-dialog.js';
import { Badge, type Tone } from '../../kit/badge.js';
import { ListPage } from '../../kit/list-page.js';
import { permissionFor } from '../../kit/permission.js';
import type { Column } from '../../kit/rows.js';
import { ScopedLink } from '../../kit/scoped-link.js';
import { Time } from '../../kit/time.js';
import { CreateJoinToken } from './create.js';
import { joinTokenSearch } from './search.js';

const KINDS = ['JOIN_TOKEN'] as const;

type Row = NonNullable<JoinTokensQuery['list']>['nodes'][number];

const TONES: Readonly<Record<Row['state'], Tone>> = { ACTIVE: 'good', USED_UP: 'quiet', EXPIRED: 'quiet' };

/** What a token makes of the machines that join with it. */
function Becomes({ row: { node, nodeName } }: { readonly row: Row }) {
  if (node)
    return (
      <ScopedLink path={['nodes', node.id]}>
        <bdi>{node.name}</bdi>
      </ScopedLink>
    );
  return <bdi>{nodeName ?? '—'}</bdi>;
}

const COLUMNS: readonly Column<Row, 'CREATED_AT'>[] = [
  { title: 'Becomes', cell: (row) => <Becomes row={row} /> },
  { title: 'State', cell: ({ state }) => <Badge state={state} tone={TONES[state]} /> },
  { title: 'Joined', cell: ({ usedCount, uses }) => `${usedCount} of ${uses}` },
  { title: 'Expires', cell: ({ expiresAt }) => <Time at={expiresAt} />, isSecondary: true },
  { title: 'What for', cell: ({ description }) => <bdi>{description ?? '—'}</bdi>, isSecondary: true },
  { title: 'Allowlist', cell: ({ allowlist }) => <bdi>{allowlist?.name ?? '—'}</bdi>, isSecondary: true },
  { title: 'Project', cell: ({ project }) => <bdi>{project?.name ?? '—'}</bdi>, isSecondary: true },
  { title: 'Revoke', isAction: true, cell: (row) => <Revoke row={row} /> },
];

/** What lets machines join the fleet. */
export function JoinTokensPage() {
  return (
    <ListPage
      title="Join tokens"
      noun={['join token', 'join tokens']}
      document={JoinTokensDocument}
      search={joinTokenSearch}
      labels={{}}
      variables={() => ({})}
      columns={COLUMNS}
      defaultOrder="CREATED_AT"
      live={KINDS}
      actions={<CreateJoinToken />}
      empty={
        <p>
          No join tokens. Create one here, or with{' '}
          <code>bailiwick join-token create --project PROJECT --node-name NAME --expires 1d</code>: a machine joins with
          it.
        </p>
      }
    />
  );
}

function Revoke({ row }: { readonly row: Row }) {
  const [isOpen, setOpen] = useState(false);
  const left = row.uses - row.usedCount;
  return (
    <>
      <Action
        label="Revoke"
        permission={permissionFor(row, 'revokeJoinToken')}
        isDangerous
        onRun={() => setOpen(true)}
      />
      {isOpen && (
        <ActionDialog
          title={`Revoke the join token for ${row.node?.name ?? row.nodeName ?? row.id}`}
          effect={
            <p>
              No machine joins with it from now on, also none that began: {left} more could. The {row.usedCount} that
              joined stay.
            </p>
          }
          submit="Revoke"
          document={RevokeJoinTokenDocument}
          variables={() => ({ input: { joinTokenId: row.id } })}
          isDangerous
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}
