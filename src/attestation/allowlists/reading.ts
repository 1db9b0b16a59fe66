import type { Readable } from 'node:stream';
import { and, isNull } from 'drizzle-orm';
import {
  type Act,
  byId,
  type Context,
  defineLoader,
  related,
  requireAllowed,
  requireOperation,
  requireVisible,
} from '../../authority/index.js';
import type { NamedArgs } from '../../db/by-name.js';
import { homeOf, isInProject, isReferred, type NameInProject, type OwnedRef } from '../../identity/names/index.js';
import type { Lease } from '../../platform/byte-budget.js';
import { invalid, notFound } from '../../platform/errors.js';
import type { Id } from '../../platform/ids.js';
import type { Connection } from '../../platform/pagination.js';
import { loadContent, STREAM_BYTES, streamContent } from '../../uploads/contents/index.js';
import { allowlistGet, allowlistGetContent } from './policies.js';
import * as repository from './repository.js';
import { type AllowlistRow, allowlists, type RevisionRow } from './tables.js';

/**
 * Size limit of a runtime policy in an answer; larger ones have a URL of their own. The field's cost limits how many.
 */
const INLINE_BYTES_MAX = 8 * 1024 * 1024;

/** Exactly one of the four. */
export interface AllowlistRef extends OwnedRef<'Allowlist'> {
  readonly inProject?: NameInProject | null | undefined;
}

const visibleTo = ({ policies, actor }: Context | Act) => policies.visible([allowlistGet], actor, allowlists);

/**
 * Finds the list of a reference. A name means the list of the nearest owner: the token's project, then its domain, then
 * the system.
 * @throws Refusal NOT_FOUND for a list that is missing or that the caller may not read.
 */
export async function resolveAllowlist(from: Context | Act, ref: AllowlistRef): Promise<AllowlistRow> {
  requireOperation(from, allowlistGet.name);
  return requireReadable(from, await find(from, ref));
}

/** @throws Refusal NOT_FOUND for a list that is missing or that the caller may not read. */
export async function requireReadable(from: Context | Act, row: AllowlistRow | undefined): Promise<AllowlistRow> {
  const db = 'tx' in from ? from.tx : from.db;
  const [found] = row === undefined ? [] : await related(db, from, [allowlistGet], [row]);
  return requireVisible(from, allowlistGet, found, 'allowlist');
}

/**
 * Requires a list that is of a project, of its domain or of the system, as those are that the project's own callers find.
 * @throws UserErrors INVALID.
 */
export function requireOfProject(
  list: AllowlistRow,
  { domainId, projectId }: { readonly domainId: Id<'Domain'>; readonly projectId: Id<'Project'> },
): void {
  const isOfDomain = list.domainId === null || list.domainId === domainId;
  if (isOfDomain && (list.projectId === null || list.projectId === projectId)) return;
  throw invalid(
    'The allowlist is one of another owner: name one of the project, of its domain or of the system.',
    'allowlist',
  );
}

async function find(from: Context | Act, ref: AllowlistRef): Promise<AllowlistRow | undefined> {
  const { id, name, inDomain, inProject } = ref;
  const db = 'tx' in from ? from.tx : from.db;
  if (id != null) return repository.findById(db, id);
  if (inDomain != null)
    return repository.findOwn(db, and(isReferred(allowlists, { inDomain }), isNull(allowlists.projectId)));
  if (inProject != null) return repository.findOwn(db, isInProject(allowlists, inProject, homeOf(from)));
  const { where } = from.actor;
  const projectId = where !== null && 'projectId' in where ? where.projectId : null;
  return repository.findNearest(db, visibleTo(from), name ?? '', projectId);
}

export async function listAllowlists(
  context: Context,
  args: NamedArgs<repository.AllowlistFilter>,
): Promise<Connection<AllowlistRow>> {
  requireOperation(context, allowlistGet.name);
  return repository.list(context.db, visibleTo(context), args);
}

/** By id; null where the caller may not read it. */
export const loadAllowlist = defineLoader(async (context, ids: readonly Id<'Allowlist'>[]) => {
  const rows = await repository.listByIds(context.db, visibleTo(context), ids);
  return byId(await related(context.db, context, [allowlistGetContent], rows));
});

/** Revisions by id; null where the caller may not read the list. */
export const loadRevision = defineLoader(async (context, ids: readonly Id<'AllowlistRevision'>[]) =>
  byId(await repository.listRevisionsByIds(context.db, visibleTo(context), ids)),
);

/** @throws Refusal FORBIDDEN when the caller may not read the content of the revision. */
export async function requireContent(context: Context, revision: RevisionRow): Promise<void> {
  const list = await loadAllowlist(context).load(revision.allowlistId);
  if (list === null) throw notFound('allowlist revision');
  requireAllowed(context, allowlistGetContent, list);
}

/** The runtime policy of a revision as uploaded; null when there is none, or when it is too large for an answer. */
export async function imaPolicyText(context: Context, revision: RevisionRow): Promise<string | null> {
  await requireContent(context, revision);
  const size = revision.imaSize ?? 0;
  if (revision.imaDigest === null || size > INLINE_BYTES_MAX) return null;
  const lease = leaseToAnswer(context);
  // For the text, which stays until the answer is sent; `loadContent` leases the bytes.
  lease.take(size);
  const bytes = await loadContent(context.db, { digest: revision.imaDigest, size }, lease);
  return Buffer.from(bytes.buffer).toString('utf8');
}

/**
 * Streams the runtime policy of a revision as uploaded, of any size; `size` in bytes, `digest` as sha256:hex.
 * @throws Refusal NOT_FOUND for a revision that is missing, hidden from the caller, or without a runtime policy.
 */
export async function streamImaPolicy(
  context: Context,
  revisionId: Id<'AllowlistRevision'>,
): Promise<{ size: number; digest: string; stream: Readable }> {
  requireOperation(context, allowlistGetContent.name);
  const revision = await loadRevision(context).load(revisionId);
  if (revision === null) throw notFound('allowlist revision');
  await requireContent(context, revision);
  const { imaDigest: digest, imaSize: size } = revision;
  if (digest === null || size === null) throw notFound('runtime policy in this revision');
  leaseToAnswer(context).take(STREAM_BYTES);
  return { size, digest, stream: streamContent(context.db, digest) };
}

/** Counts for the caller, until the answer is sent. */
function leaseToAnswer({ memory, actor, atEnd }: Context): Lease {
  const lease = memory.lease(actor.principal?.id ?? null);
  atEnd(() => lease.end());
  return lease;
}
