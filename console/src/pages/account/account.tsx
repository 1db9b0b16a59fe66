import { useLive } from '../../api/live.js';
import { useDocument } from '../../api/queries.js';
import {
  AccountDocument,
  OwnTokensDocument,
  RevokeTokenDocument,
  RevokeTokensDocument,
} from '../../generated/documents.js';
import { ActionDialog } from '../../kit/action-dialog.js';
import { Badge } from '../../kit/badge.js';
import { FactList } from '../../kit/detail-page.js';
import { FaultNote } from '../../kit/faults.js';
import { Loading } from '../../kit/loading.js';
import type { Permission } from '../../kit/permission.js';
import { Related } from '../../kit/related.js';
import { Section } from '../../kit/section.js';
import { Task } from '../../kit/task.js';
import { Time } from '../../kit/time.js';
import { useTitle } from '../../kit/title.js';
import { useViewer } from '../../kit/viewer.js';
import { useCan } from '../access/can.js';
import { ScopeName } from '../access/scope-name.js';
import { SessionTable } from '../access/session-table.js';
import { CreateCredential } from '../credentials/create.js';
import { CredentialsOf } from '../credentials/of.js';
import css from './account.module.css';
import { ChangePassword } from './password.js';

const KINDS = ['USER', 'TOKEN', 'API_CREDENTIAL'] as const;

/** What is the viewer's own: password, sessions, tokens and API credentials. */
export function AccountPage() {
  const { data, fault, refresh } = useDocument(AccountDocument, {});
  const can = useCan(['revokeSession', 'revokeToken', 'revokeTokens']);
  useTitle('Your account');
  useLive(useViewer().scope, KINDS);
  const user = data?.viewer?.user;
  return (
    <>
      <h1 tabIndex={-1} className={css.title}>
        Your account
      </h1>
      {fault && <FaultNote fault={fault} onRetry={refresh} />}
      {!data && !fault && <Loading what="your account" />}
      {user && (
        <>
          <FactList
            facts={[
              ['Name', user.name],
              ['Domain', user.domain?.name],
            ]}
          />
          <Section title="Password" actions={<ChangePassword name={user.name} domain={user.domain?.name ?? null} />}>
            <p>A new password ends all your other sessions and tokens.</p>
          </Section>
        </>
      )}
      <Section title="Sessions" actions={<RevokeAll permission={can('revokeTokens')} />}>
        {data?.sessions && (
          <SessionTable
            sessions={data.sessions}
            permission={can('revokeSession')}
            empty="You are logged in in no other browser."
          />
        )}
      </Section>
      <Tokens permission={can('revokeToken')} />
      {user && <CredentialsOf userId={user.id} actions={<CreateCredential />} />}
    </>
  );
}

function RevokeAll({ permission }: { readonly permission: Permission | undefined }) {
  return (
    <Task label="Log out everywhere" permission={permission} isDangerous>
      {(close) => (
        <ActionDialog
          title="Log out everywhere"
          effect={<p>All your sessions and tokens end at once, this one too. API credentials stay valid.</p>}
          submit="Log out everywhere"
          document={RevokeTokensDocument}
          variables={() => ({ input: {} })}
          isDangerous
          onClose={close}
        />
      )}
    </Task>
  );
}

function Tokens({ permission }: { readonly permission: Permission | undefined }) {
  return (
    <Related
      label="Tokens"
      document={OwnTokensDocument}
      variables={{}}
      policy="token:list"
      keyOf={({ id }) => id}
      empty="No program uses a token of yours."
      columns={[
        { title: 'Where', cell: ({ scope }) => <ScopeName scope={scope} /> },
        { title: 'Roles', cell: ({ roles }) => roles?.join(', ') ?? 'all of yours', isSecondary: true },
        { title: 'By', cell: ({ apiCredential }) => <bdi>{apiCredential?.name ?? 'password'}</bdi>, isSecondary: true },
        { title: 'Issued', cell: ({ createdAt }) => <Time at={createdAt} />, isSecondary: true },
        { title: 'Expires', cell: ({ expiresAt }) => <Time at={expiresAt} /> },
        {
          title: 'Revoke',
          isAction: true,
          cell: ({ id, isCurrent }) => (
            <>
              {isCurrent && <Badge state="THIS_ONE" tone="good" />}{' '}
              <Task label="Revoke" permission={permission} isDangerous>
                {(close) => (
                  <ActionDialog
                    title="Revoke a token"
                    effect={<p>Whatever uses it is refused from then on.</p>}
                    submit="Revoke"
                    document={RevokeTokenDocument}
                    variables={() => ({ input: { tokenId: id } })}
                    isDangerous
                    onClose={close}
                  />
                )}
              </Task>
            </>
          ),
        },
      ]}
    />
  );
}
