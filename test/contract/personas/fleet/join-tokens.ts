import type { Services } from '../../../../src/authority/index.js';
import { joinTokens } from '../../../../src/fleet/join-tokens/tables.js';
import { type Id, newId } from '../../../../src/platform/ids.js';
import { bearerHash, newBearer } from '../../../../src/platform/secrets.js';
import { asIds } from '../../../harness/ids.js';

const HOUR_MS = 3_600_000;

/** A fresh join token for agents of a project, as the service would write it. */
export async function makeJoinToken(
  { db, clock }: Services,
  { domainId, projectId }: { readonly domainId: string; readonly projectId: string },
): Promise<Id<'JoinToken'>> {
  const id = newId('JoinToken');
  const now = clock.now();
  const row = { id, domainId, projectId, nodeName: id, availability: 'PAUSE' as const, uses: 1, createdBy: '' };
  const tokenHash = bearerHash('joinToken', newBearer('joinToken'));
  await db
    .insert(joinTokens)
    .values(asIds({ ...row, tokenHash, createdAt: now, expiresAt: new Date(now.getTime() + HOUR_MS) }));
  return id;
}
