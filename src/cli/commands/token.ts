import type { Command } from 'commander';
import { REVOKE_TOKEN } from '../documents/identity.js';
import { LIST_TOKENS, REVOKE_TOKENS } from '../documents/sessions.js';
import { CliError, EXIT } from '../errors.js';
import type { Column } from '../output.js';
import { listAll } from '../paging.js';
import { userRef } from '../refs.js';
import { openSession, printList, printObject, send } from '../session.js';
import { verb, withLimit } from '../verb.js';

const COLUMNS: readonly Column[] = [
  ['ID', 'id'],
  ['IN USE', 'isCurrent'],
  ['SCOPE', 'scope.type'],
  ['DOMAIN', 'scope.domain.name'],
  ['PROJECT', 'scope.project.name'],
  ['ROLES KEPT', 'roles'],
  ['CREDENTIAL', 'apiCredential.name'],
  ['CREATED', 'createdAt'],
  ['EXPIRES', 'expiresAt'],
];

interface RevokeOptions {
  readonly all?: boolean;
  readonly of?: string;
}

export function registerToken(noun: Command): void {
  withLimit(verb(noun, 'list', 'list your own sessions', 'bailiwick token list')).action(
    async ({ limit }: { limit: number }, self: Command) => {
      const session = await openSession(self);
      printList(session, await listAll(session, LIST_TOKENS, {}, limit), COLUMNS);
    },
  );
  verb(noun, 'revoke [token-id]', 'end one of your sessions, or several', 'bailiwick token revoke --all')
    .option('--all', 'all your own tokens, including the one in use')
    .option('--of <user>', 'all tokens of this user')
    .action(async (tokenId: string | undefined, { all = false, of }: RevokeOptions, self: Command) => {
      if ([tokenId !== undefined, all, of !== undefined].filter(Boolean).length !== 1)
        throw new CliError('give one of: a token’s id, --all, --of', EXIT.usage);
      const session = await openSession(self);
      if (tokenId !== undefined) {
        await send(session, REVOKE_TOKEN, { tokenId });
        return printObject(session, { id: tokenId }, [['Revoked', 'id']]);
      }
      const user = of === undefined ? undefined : userRef(of);
      const { revokedCount } = await send<{ revokedCount: number }>(session, REVOKE_TOKENS, { user });
      printObject(session, { name: revokedCount, revokedCount }, [['Revoked', 'revokedCount']]);
    });
}
