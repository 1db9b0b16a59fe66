import type { Command } from 'commander';
import { RevokeTokenDocument, RevokeTokensDocument, TokensDocument } from '../../generated/documents.js';
import { CliError, EXIT } from '../common/errors.js';
import { userRef } from '../common/refs.js';
import { withList } from '../common/resource.js';
import { openSession, printGone, send } from '../common/session.js';
import { verb } from '../common/verb.js';

const TOKEN = {
  plural: 'tokens',
  columns: [
    ['In use', 'isCurrent'],
    ['Scope', 'scope.type'],
    ['Expires', 'expiresAt'],
    ['Id', 'id'],
  ],
  wide: [
    ['Domain', 'scope.domain.name'],
    ['Project', 'scope.project.name'],
    ['Roles kept', 'roles'],
    ['Credential', 'apiCredential.name'],
    ['Created', 'createdAt'],
  ],
} as const;

interface RevokeOptions {
  readonly all?: boolean;
  readonly of?: string;
}

export function registerToken(noun: Command): void {
  const list = verb(noun, 'list', 'list your own tokens', 'bailiwick token list');
  withList(list, TokensDocument, TOKEN);
  verb(noun, 'revoke [token-id]', 'end one of your tokens, or several', 'bailiwick token revoke --all')
    .option('--all', 'all your own tokens, including the one in use')
    .option('--of <user>', 'all tokens of this user')
    .action(async (tokenId: string | undefined, { all = false, of }: RevokeOptions, self: Command) => {
      if ([tokenId !== undefined, all, of !== undefined].filter(Boolean).length !== 1)
        throw new CliError('give one of: a token’s id, --all, --of', EXIT.usage);
      const session = await openSession(self);
      if (tokenId !== undefined) {
        await send(session, RevokeTokenDocument, { tokenId });
        return printGone(session, 'revoked', { id: tokenId }, `token ${tokenId}`);
      }
      const user = of === undefined ? undefined : userRef(of);
      const { revokedCount } = await send(session, RevokeTokensDocument, { user }, 'revokedCount');
      const count = revokedCount === 1 ? '1 token' : `${revokedCount} tokens`;
      printGone(session, 'revoked', { name: revokedCount, revokedCount }, count);
    });
}
