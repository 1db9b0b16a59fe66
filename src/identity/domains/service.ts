import { byId, type Context, defineLoader, mutate, once, requireVisible } from '../../authority/index.js';
import { violates } from '../../db/errors.js';
import { alreadyExists } from '../../platform/errors.js';
import { newId } from '../../platform/ids.js';
import { type Connection, connection, type PageArgs, pageRequest } from '../../platform/pagination.js';
import { validName, validText } from '../../platform/text.js';
import { domainCreate, domainGet } from './policies.js';
import * as repository from './repository.js';
import { type DomainRow, domains } from './tables.js';

const visibleTo = (context: Context) => context.policies.visible([domainGet.name], context.actor, domains);

export async function getDomain(context: Context, id: string): Promise<DomainRow> {
  return requireVisible(context, domainGet, await repository.findById(context.db, id), 'domain');
}

export async function listDomains(
  context: Context,
  args: PageArgs & { filter?: repository.DomainFilter | null | undefined },
): Promise<Connection<DomainRow>> {
  const page = pageRequest(args);
  const rows = await repository.list(context.db, visibleTo(context), args.filter ?? {}, page);
  return connection(rows, page, (row) => [row.id]);
}

/** By id; null where the caller may not read it. */
export const loadDomain = defineLoader(async (context, ids) =>
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
    const { id } = await once(act, 'createDomain', input, async () => {
      const row = { id: newId('Domain'), name, version: 1, description, createdAt: act.now };
      await insert(act.tx, row);
      const target = { type: 'Domain', id: row.id };
      await act.audit({ action: 'domain.created', target, owner: { domainId: row.id }, details: { name } });
      return row.id;
    });
    return requireVisible(act, domainGet, await repository.findById(act.tx, id), 'domain');
  });
}

async function insert(tx: Parameters<typeof repository.insert>[0], row: DomainRow): Promise<void> {
  try {
    await repository.insert(tx, row);
  } catch (error) {
    if (violates(error, 'domains_name_key')) throw alreadyExists(`A domain named ${row.name} exists.`, 'name');
    throw error;
  }
}
