import { type Act, byId, type Context, defineLoader, mutate, requireWhole } from '../../authority/index.js';
import type { Tx } from '../../db/open.js';
import { notFound } from '../../platform/errors.js';
import { type Id, toId } from '../../platform/ids.js';
import type { Connection, PageArgs } from '../../platform/pagination.js';
import { tokenList, tokenRevoke } from './policies.js';
import * as repository from './repository.js';
import { type TokenRow, tokens } from './tables.js';

const visibleTo = (context: Context) => context.policies.visible([tokenList.name], context.actor, tokens);

/** The caller's own valid tokens. */
export async function listTokens(context: Context, args: PageArgs): Promise<Connection<TokenRow>> {
  return repository.listLive(context.db, visibleTo(context), context.clock.now(), args);
}

export const loadToken = defineLoader(async (context, ids: readonly Id<'Token'>[]) =>
  byId(await repository.listLiveByIds(context.db, visibleTo(context), context.clock.now(), ids)),
);

/** Ends all tokens of an agent; the transaction must hold the epoch alone and bump it. */
export function revokeAgentTokens(tx: Tx, agentId: Id<'Agent'>, now: Date): Promise<void> {
  return repository.revokeByAgent(tx, agentId, now);
}

/** Whether a user has tokens that count. */
export function hasLiveTokens(tx: Tx, userId: Id<'User'>, now: Date): Promise<boolean> {
  return repository.hasLive(tx, userId, now);
}

/** The same for a user; answers how many counted until now. */
export function revokeUserTokens(tx: Tx, userId: Id<'User'>, now: Date): Promise<number> {
  return repository.revokeByUser(tx, userId, now);
}

export async function revokeToken(
  context: Context,
  input: { tokenId?: Id<'Token'> | null | undefined },
): Promise<{ tokenId: Id<'Token'> }> {
  return mutate(context, { policy: tokenRevoke.name }, async (act) => {
    const id = input.tokenId ?? presentedToken(act);
    const row = await repository.findById(act.tx, id);
    const principal = act.actor.principal?.id;
    if (!row || principal === undefined || (row.userId ?? row.agentId) !== principal) throw notFound('token');
    if (!(await isWithinLimit(act, row))) throw notFound('token');
    if (!(await repository.isOfFamily(act.tx, id, presentedToken(act)))) requireWhole(act, tokenRevoke.name);
    if (!(await repository.isFamilyLive(act.tx, id))) return act.unchanged({ tokenId: id });
    await act.changeRights();
    await repository.revokeWithDescendants(act.tx, id, act.now);
    await act.audit({ action: 'token.revoked', target: { type: 'Token', id } });
    return { tokenId: id };
  });
}

/** An API credential ends what was issued to it, and no session of its user, who could be kept from deleting it. */
async function isWithinLimit(act: Act, { credentialId }: TokenRow): Promise<boolean> {
  const { actor, tx } = act;
  if (actor.limit === undefined) return true;
  return credentialId === ((await repository.findById(tx, presentedToken(act)))?.credentialId ?? actor.token?.id);
}

/** The caller's token; the id of none for a caller that presents an API credential instead. */
const presentedToken = ({ actor }: Act): Id<'Token'> => toId('Token', actor.token?.id ?? '');
