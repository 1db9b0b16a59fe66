import {
  type Act,
  type Action,
  byId,
  type Context,
  defineLoader,
  mutate,
  once,
  requireAllowed,
  requireVisible,
} from '../../authority/index.js';
import { firstVersion } from '../../db/by-id.js';
import type { NamedArgs } from '../../db/by-name.js';
import { unlessTaken } from '../../db/taken.js';
import { staleEtag } from '../../platform/errors.js';
import { requireEtag } from '../../platform/etag.js';
import { type Id, newId } from '../../platform/ids.js';
import type { Connection } from '../../platform/pagination.js';
import { changedFields, changesNothing, validChanges, validName, validText } from '../../platform/text.js';
import { removeScope } from '../removal/index.js';
import { type DomainRef, findDomain } from './lookup.js';
import { domainCreate, domainDelete, domainGet, domainUpdate } from './policies.js';
import * as repository from './repository.js';
import { type DomainRow, domains, domainsTaken } from './tables.js';

const visibleTo = (context: Context) => context.policies.visible([domainGet.name], context.actor, domains);

export async function getDomain(context: Context, ref: DomainRef): Promise<DomainRow> {
  return requireVisible(context, domainGet, await findDomain(context.db, ref), 'domain');
}

export async function listDomains(
  context: Context,
  args: NamedArgs<repository.DomainFilter>,
): Promise<Connection<DomainRow>> {
  return repository.list(context.db, visibleTo(context), args);
}

/** By id; null where the caller may not read it. */
export const loadDomain = defineLoader(async (context, ids: readonly Id<'Domain'>[]) =>
  byId(await repository.listByIds(context.db, visibleTo(context), ids)),
);

export interface CreateDomain {
  readonly name: string;
  readonly description?: string | null | undefined;
  readonly requestId?: string | null | undefined;
}

export async function createDomain(context: Context, input: CreateDomain): Promise<DomainRow> {
  const name = validName(input.name, 'name');
  const description = validText(input.description, 'description');
  return mutate(context, { policy: domainCreate.name }, async (act) => {
    const { id } = await once(act, 'Domain', input, async () => {
      const row = { id: newId('Domain'), name, description, ...firstVersion(act.now) };
      await unlessTaken(domainsTaken, row, () => repository.insert(act.tx, row));
      await audit(act, 'domain.created', row);
      return row.id;
    });
    return requireVisible(act, domainGet, await repository.findById(act.tx, id), 'domain');
  });
}

/** A domain, and the etag of the version that the caller read. */
interface DomainAtEtag {
  readonly domain: DomainRef;
  readonly etag: string;
}

export interface UpdateDomain extends DomainAtEtag {
  readonly name?: string | null | undefined;
  readonly description?: string | null | undefined;
}

export async function updateDomain(context: Context, input: UpdateDomain): Promise<DomainRow> {
  const changes = validChanges(input);
  return mutate(context, { policy: domainUpdate.name }, async (act) => {
    const row = requireVisible(act, domainGet, await findDomain(act.tx, input.domain), 'domain');
    requireAllowed(act, domainUpdate, row);
    requireEtag(row, input.etag);
    if (changesNothing(row, changes)) return act.unchanged(row);
    const changed = await unlessTaken(domainsTaken, changes, () => repository.update(act, row, changes));
    if (changed === undefined) throw staleEtag();
    await audit(act, 'domain.updated', row, { newName: changed.name, changed: changedFields(row, changes) });
    return changed;
  });
}

/** Deletes a domain that owns nothing, with what hangs on it; answers its id. */
export async function deleteDomain(context: Context, input: DomainAtEtag): Promise<Id<'Domain'>> {
  return mutate(context, { policy: domainDelete.name }, async (act) => {
    const row = requireVisible(act, domainGet, await findDomain(act.tx, input.domain), 'domain');
    requireAllowed(act, domainDelete, row);
    const scope = { type: 'domain', domainId: row.id, projectId: null } as const;
    const removed = await removeScope(act, scope, {
      row,
      etag: input.etag,
      remove: () => repository.remove(act.tx, row),
    });
    await audit(act, 'domain.deleted', row, { removed });
    return row.id;
  });
}

function audit(act: Act, action: Action, { id, name }: DomainRow, details: object = {}): Promise<void> {
  return act.audit({ action, target: { type: 'Domain', id }, owner: { domainId: id }, details: { name, ...details } });
}
