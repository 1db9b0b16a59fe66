import {
  byId,
  type Context,
  defineLoader,
  defineLoaderOf,
  requireOperation,
  requireVisible,
} from '../../authority/index.js';
import type { Id } from '../../platform/ids.js';
import type { Connection, PageArgs } from '../../platform/pagination.js';
import { resultGet } from './policies.js';
import { findResult, findResults, listResults } from './repository.js';
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

const loadResultsOf = defineLoaderOf(
  (context, ids: readonly Id<'Agent'>[], args: PageArgs & { readonly hasFailures: boolean }) =>
    listResults(context.db, visibleTo(context), ids, args),
);

/**
 * The results of an agent that the caller may read, newest first.
 * @param fields Names of the requested fields.
 */
export const resultsOf = (
  context: Context,
  agentId: Id<'Agent'>,
  { first, after }: PageArgs,
  fields: ReadonlySet<string>,
): Promise<Connection<AttestationResultRow> | null> =>
  loadResultsOf(context, { first, after, hasFailures: fields.has('failures') || fields.has('explanation') }).load(
    agentId,
  );
