import { byId, type Context, defineLoader, requireOperation, requireVisible } from '../../authority/index.js';
import type { Id } from '../../platform/ids.js';
import { type Connection, connection, type PageArgs, pageRequest } from '../../platform/pagination.js';
import { resultGet } from './policies.js';
import { countResults, findResult, findResults, listResults } from './repository.js';
import { type AttestationResultRow, attestationResults } from './tables.js';

function visibleTo({ actor, policies }: Context) {
  return policies.visible([resultGet], actor, attestationResults);
}

/** Results by id; null for those that the caller may not read. */
export const loadResult = defineLoader(async (context, ids: readonly Id<'AttestationResult'>[]) =>
  byId(await findResults(context.db, visibleTo(context), ids)),
);

/** @throws Refusal NOT_FOUND for a result that is missing or that the caller may not read. */
export async function getResult(context: Context, id: Id<'AttestationResult'>): Promise<AttestationResultRow> {
  requireOperation(context, resultGet.name);
  return requireVisible(context, resultGet, await findResult(context.db, id), 'attestation result');
}

/**
 * The results of an agent that the caller may read, newest first.
 * @param fields Names of the requested fields.
 */
export async function resultsOf(
  context: Context,
  agentId: Id<'Agent'>,
  args: PageArgs,
  fields: ReadonlySet<string>,
): Promise<Connection<AttestationResultRow>> {
  const page = pageRequest(args, '-id');
  const rows = await listResults(context.db, visibleTo(context), agentId, page, fields.has('failures'));
  return connection(
    rows,
    page,
    (row) => [row.id],
    () => countResults(context.db, visibleTo(context), agentId),
  );
}
