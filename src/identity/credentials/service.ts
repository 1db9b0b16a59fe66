import {
  type Act,
  byId,
  type Context,
  defineLoader,
  mutate,
  once,
  requireAllowed,
  requireVisible,
  requireWhole,
} from '../../authority/index.js';
import type { NamedArgs } from '../../db/by-name.js';
import { unlessTaken } from '../../db/taken.js';
import { forbidden, limitReached } from '../../platform/errors.js';
import { type Id, newId } from '../../platform/ids.js';
import type { Connection } from '../../platform/pagination.js';
import { bearerHash, newBearer } from '../../platform/secrets.js';
import { validName, validText } from '../../platform/text.js';
import { listHeldBy, requireMayRevoke } from '../assignments/index.js';
import { holdsNoRole, validExpiry, validPolicies, validRoles } from './limits.js';
import { credentialCreate, credentialDelete, credentialGet } from './policies.js';
import * as repository from './repository.js';
import { type ApiCredentialRow, apiCredentials, apiCredentialsTaken } from './tables.js';

const PER_USER_MAX = 50;

export interface CreateApiCredential {
  readonly name: string;
  readonly description?: string | null | undefined;
  readonly roles?: readonly string[] | null | undefined;
  readonly allowedPolicies?: readonly string[] | null | undefined;
  readonly expiresAt: Date;
  readonly requestId?: string | null | undefined;
}

/** The user and the scope come from the token, never from the input. */
export async function createApiCredential(
  context: Context,
  input: CreateApiCredential,
): Promise<{ apiCredential: ApiCredentialRow; key: string | null; alreadyIssued: boolean }> {
  const key = newBearer('apiCredentialKey');
  return mutate(context, { policy: credentialCreate.name }, async (act) => {
    // Otherwise a token that was narrowed for somebody else could become a key that is valid for a year.
    requireWhole(act, credentialCreate.name);
    if (holdsNoRole(act)) throw forbidden(credentialCreate.name);
    const { id, isReplay } = await once(act, 'ApiCredential', input, () => create(act, input, key));
    const row = await repository.findById(act.tx, id);
    const apiCredential = requireVisible(act, credentialGet, row, 'API credential');
    return { apiCredential, key: isReplay ? null : key, alreadyIssued: isReplay };
  });
}

async function create(act: Act, input: CreateApiCredential, key: string): Promise<Id<'ApiCredential'>> {
  const { principal, where } = act.actor;
  if (principal?.kind !== 'user' || (where?.type !== 'system' && where?.type !== 'domain' && where?.type !== 'project'))
    throw new Error('A policy let another scope than a user’s make an API credential.');
  const row: ApiCredentialRow = {
    id: newId('ApiCredential'),
    userId: principal.id,
    userDomainId: principal.domainId,
    name: validName(input.name, 'name'),
    description: validText(input.description, 'description'),
    keyHash: bearerHash('apiCredentialKey', key),
    scopeType: where.type,
    domainId: where.type === 'system' ? null : where.domainId,
    projectId: where.type === 'project' ? where.projectId : null,
    roles: validRoles(act, input.roles),
    allowedPolicies: validPolicies(act, input.allowedPolicies),
    createdAt: act.now,
    expiresAt: validExpiry(input.expiresAt, act.now),
  };
  if ((await repository.countOfUser(act.tx, principal.id)) >= PER_USER_MAX)
    throw limitReached(`A user has at most ${PER_USER_MAX} API credentials.`);
  await unlessTaken(apiCredentialsTaken, row, () => repository.insert(act.tx, row));
  const { name, roles, allowedPolicies, expiresAt } = row;
  await act.audit({
    action: 'api_credential.created',
    target: { type: 'ApiCredential', id: row.id },
    details: { name, roles, allowedPolicies, expiresAt: expiresAt.toISOString() },
  });
  return row.id;
}

export async function deleteApiCredential(
  context: Context,
  { apiCredentialId }: { readonly apiCredentialId: Id<'ApiCredential'> },
): Promise<{ apiCredentialId: Id<'ApiCredential'> }> {
  return mutate(context, { policy: credentialDelete.name }, async (act) => {
    requireWhole(act, credentialDelete.name);
    const found = await repository.findById(act.tx, apiCredentialId);
    const row = requireVisible(act, credentialGet, found, 'API credential');
    requireAllowed(act, credentialDelete, row);
    if (row.userId !== act.actor.principal?.id) await requireMayRevoke(act, await listHeldBy(act.tx, row.userId));
    await act.changeRights();
    await repository.remove(act.tx, row.id);
    const { domainId, projectId, userId, name } = row;
    const target = { type: 'ApiCredential', id: row.id } as const;
    const owner = { domainId, projectId };
    await act.audit({ action: 'api_credential.deleted', target, owner, details: { userId, name } });
    return { apiCredentialId: row.id };
  });
}

const visibleTo = (context: Context) => context.policies.visible([credentialGet.name], context.actor, apiCredentials);

export async function listApiCredentials(
  context: Context,
  args: NamedArgs<repository.CredentialFilter>,
): Promise<Connection<ApiCredentialRow>> {
  return repository.list(context.db, visibleTo(context), args);
}

/** By id; null where the caller may not read it. */
export const loadApiCredential = defineLoader(async (context, ids: readonly Id<'ApiCredential'>[]) =>
  byId(await repository.listByIds(context.db, visibleTo(context), ids)),
);
