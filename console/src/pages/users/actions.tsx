import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import {
  DeleteUserDocument,
  DisableUserDocument,
  EnableUserDocument,
  RevokeTokensDocument,
  SetUserPasswordDocument,
  UpdateUserDocument,
  type UserQuery,
} from '../../generated/documents.js';
import { ActionDialog } from '../../kit/action-dialog.js';
import { CheckField } from '../../kit/choice-field.js';
import { Field } from '../../kit/field.js';
import { permissionFor } from '../../kit/permission.js';
import { pathOf } from '../../kit/scoped-link.js';
import { ShownOnce } from '../../kit/shown-once.js';
import { Task } from '../../kit/task.js';
import { useViewer } from '../../kit/viewer.js';
import { newPassword } from './password.js';

export type UserFound = NonNullable<UserQuery['user']>;
interface OfUser {
  readonly user: UserFound;
}

const factsOf = (user: UserFound) => ({
  Name: user.name,
  Called: user.displayName ?? '—',
  'E-mail': user.email ?? '—',
  State: user.isEnabled ? 'enabled' : 'disabled',
});

/** What can be done about a person. */
export function UserActions({ user }: OfUser) {
  return (
    <>
      <Change user={user} />
      <Password user={user} />
      {user.isEnabled ? <Disable user={user} /> : <Enable user={user} />}
      <Delete user={user} />
    </>
  );
}

function Change({ user }: OfUser) {
  const { id, etag, name, displayName, email } = user;
  return (
    <Task label="Change" permission={permissionFor(user, 'updateUser')}>
      {(close) => (
        <ActionDialog
          title={`Change ${name}`}
          effect={<p>A new name is the one to log in with from then on.</p>}
          submit="Save"
          document={UpdateUserDocument}
          variables={(typed) => ({
            input: {
              user: { id },
              etag,
              name: typed.name,
              displayName: typed.displayName ?? null,
              email: typed.email ?? null,
            },
          })}
          facts={factsOf(user)}
          onClose={close}
        >
          <Field label="Name" name="name" required maxLength={255} defaultValue={name} />
          <Field label="Called" name="displayName" maxLength={255} defaultValue={displayName ?? ''} />
          <Field label="E-mail" name="email" type="email" maxLength={254} defaultValue={email ?? ''} />
        </ActionDialog>
      )}
    </Task>
  );
}

function Password({ user }: OfUser) {
  const [password, setPassword] = useState(newPassword);
  const [isSet, setSet] = useState(false);
  return (
    <>
      <Task label="Reset the password" permission={permissionFor(user, 'setUserPassword')}>
        {(close) => (
          <ActionDialog
            title={`Reset the password of ${user.name}`}
            effect={
              <p>
                The old password stops working and all tokens and sessions end. API credentials stay valid. The new
                password is shown afterwards, once.
              </p>
            }
            submit="Reset"
            document={SetUserPasswordDocument}
            variables={({ mustChangePassword }) => ({
              input: {
                user: { id: user.id },
                etag: user.etag,
                password,
                mustChangePassword: mustChangePassword === 'on',
              },
            })}
            facts={factsOf(user)}
            isDangerous
            onDone={() => setSet(true)}
            onClose={close}
          >
            <CheckField label="Must choose a new one at the next log-in" name="mustChangePassword" defaultChecked />
          </ActionDialog>
        )}
      </Task>
      {isSet && (
        <ShownOnce
          title="The new password"
          what="password"
          secret={password}
          onClose={() => {
            setSet(false);
            setPassword(newPassword());
          }}
        >
          <p>Give it to the person in a safe way.</p>
        </ShownOnce>
      )}
    </>
  );
}

function Disable({ user }: OfUser) {
  return (
    <Task label="Disable" permission={permissionFor(user, 'disableUser')} isDangerous>
      {(close) => (
        <ActionDialog
          title={`Disable ${user.name}`}
          effect={
            <p>They can no longer log in or act: their tokens and sessions end, their API credentials are suspended.</p>
          }
          submit="Disable"
          document={DisableUserDocument}
          variables={({ reason }) => ({ input: { user: { id: user.id }, etag: user.etag, reason } })}
          facts={factsOf(user)}
          isDangerous
          asksReason
          onClose={close}
        />
      )}
    </Task>
  );
}

function Enable({ user }: OfUser) {
  return (
    <Task label="Enable" permission={permissionFor(user, 'enableUser')}>
      {(close) => (
        <ActionDialog
          title={`Enable ${user.name}`}
          effect={
            <p>They can log in and act again, with the roles that they hold; their API credentials work again.</p>
          }
          submit="Enable"
          document={EnableUserDocument}
          variables={() => ({ input: { user: { id: user.id }, etag: user.etag } })}
          facts={factsOf(user)}
          onClose={close}
        />
      )}
    </Task>
  );
}

function Delete({ user }: OfUser) {
  const { scope } = useViewer();
  const navigate = useNavigate();
  return (
    <Task label="Delete" permission={permissionFor(user, 'deleteUser')} isDangerous>
      {(close) => (
        <ActionDialog
          title={`Delete ${user.name}`}
          effect={<p>Their roles, memberships, tokens, sessions and API credentials are deleted too.</p>}
          submit="Delete"
          document={DeleteUserDocument}
          variables={({ reason }) => ({ input: { user: { id: user.id }, etag: user.etag, reason } })}
          facts={factsOf(user)}
          isDangerous
          asksReason
          confirmName={user.name}
          onDone={() => navigate({ to: pathOf(scope, ['users']) })}
          onClose={close}
        />
      )}
    </Task>
  );
}

/** Ends all tokens and sessions of a person. */
export function RevokeAllTokens({ user }: OfUser) {
  return (
    <Task label="Revoke all tokens" permission={permissionFor(user, 'revokeTokens')} isDangerous>
      {(close) => (
        <ActionDialog
          title={`Revoke all tokens of ${user.name}`}
          effect={<p>They are logged out everywhere at once, and can log in again. API credentials stay valid.</p>}
          submit="Revoke"
          document={RevokeTokensDocument}
          variables={() => ({ input: { user: { id: user.id } } })}
          isDangerous
          onClose={close}
        />
      )}
    </Task>
  );
}
