import { type Act, byId, type Context, defineLoader, mutate, requireWhole } from '../../authority/index.js';
import type { Tx } from '../../db/open.js';
import { notFound } from '../../platform/errors.js';
import { type Connection, connectionById, type PageArgs } from '../../platform/pagination.js';
import { tokenList, tokenRevoke } from './policies.js';
import * as repository from './repository.js';
import { type TokenRow, tokens } from './tables.js';

const visibleTo = (context: Context) => context.policies.visible([tokenList.name], context.actor, tokens);

/** The caller's own valid tokens. */
export async function listTokens(context: Context, args: PageArgs): Promise<Connection<TokenRow>> {
  return connectionById(args, (page) => repository.listLive(context.db, visibleTo(context), context.clock.now(), page));
}

export const loadToken = defineLoader(async (context, ids) =>
  byId(await repository.listLiveByIds(context.db, visibleTo(context), context.clock.now(), ids)),
);

/** Revokes all tokens of an agent; the transaction must hold the epoch exclusively and bump it. */
export function revokeAgentTokens(tx: Tx, agentId: string, now: Date): Promise<void> {
  return repository.revokeByAgent(tx, agentId, now);
}

/** Whether a user has valid tokens. */
export function hasLiveTokens(tx: Tx, userId: string, now: Date): Promise<boolean> {
  return repository.hasLive(tx, userId, now);
}

/** The same for a user; returns how many were valid until now. */
export function revokeUserTokens(tx: Tx, userId: string, now: Date): Promise<number> {
  return repository.revokeByUser(tx, userId, now);
}

export async function revokeToken(
  context: Context,
  input: { tokenId?: string | null | undefined },
): Promise<{ tokenId: string }> {
  return mutate(context, { policy: tokenRevoke.name }, async (act) => {
    const id = input.tokenId ?? act.actor.token?.id ?? '';
    const row = await repository.findById(act.tx, id);
    const principal = act.actor.principal?.id;
    if (!row || principal === undefined || (row.userId ?? row.agentId) !== principal) throw notFound('token');
    if (!(await isWithinLimit(act, row))) throw notFound('token');
    if (!(await repository.isOfFamily(act.tx, id, act.actor.token?.id ?? ''))) requireWhole(act, tokenRevoke.name);
    if (!(await repository.isFamilyLive(act.tx, id))) return act.unchanged({ tokenId: id });
    await act.changeRights();
    await repository.revokeWithDescendants(act.tx, id, act.now);
    await act.audit({ action: 'token.revoked', target: { type: 'Token', id } });
    return { tokenId: id };
  });
}

/**
 * An API credential can revoke only tokens issued to it. Otherwise it could revoke its user's sessions, and so keep the
 * user from deleting it.
 */
async function isWithinLimit({ actor, tx }: Act, { credentialId }: TokenRow): Promise<boolean> {
  if (actor.limit === undefined) return true;
  const presented = actor.token?.id ?? '';
  return credentialId === ((await repository.findById(tx, presented))?.credentialId ?? presented);
}
