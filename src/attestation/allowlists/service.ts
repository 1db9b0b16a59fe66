import {
  type Act,
  type Action,
  type Context,
  inUseWhenReferred,
  mutate,
  once,
  referringTo,
  requireAllowed,
  requireOperation,
} from '../../authority/index.js';
import { firstVersion } from '../../db/by-id.js';
import { unlessTaken } from '../../db/taken.js';
import { agentGet, agents } from '../../identity/agents/index.js';
import { forbidden, inUse, invalid, limitReached, staleEtag } from '../../platform/errors.js';
import { requireEtag } from '../../platform/etag.js';
import { type Id, newId } from '../../platform/ids.js';
import type { Policy } from '../../platform/policy/index.js';
import { validName, validText } from '../../platform/text.js';
import { holdContent, storeContent } from '../../uploads/contents/index.js';
import { ALLOWLIST_PUBLISHED } from './feed.js';
import { allowlistCreate, allowlistDelete, allowlistPublish, type FollowedAllowlist } from './policies.js';
import { type AllowlistRef, requireReadable, resolveAllowlist } from './reading.js';
import * as repository from './repository.js';
import { type RevisionContent, type RevisionInput, readRevision } from './revision-content.js';
import { type AllowlistRow, allowlistsTaken, type RevisionRow } from './tables.js';

const LISTS_MAX = 10_000;
const REVISIONS_MAX = 100_000;
const FOLLOWERS_NAMED_MAX = 10;

export interface CreateAllowlist extends RevisionInput {
  readonly name: string;
  readonly description?: string | null | undefined;
  readonly requestId?: string | null | undefined;
}

/** A list, and the etag of the version that the caller read. */
export interface AllowlistAtEtag {
  readonly allowlist: AllowlistRef;
  readonly etag: string;
}

/** Creates a list with its first revision, owned by the scope of the token. */
export async function createAllowlist(context: Context, input: CreateAllowlist): Promise<AllowlistRow> {
  requireOperation(context, allowlistCreate.name);
  const name = validName(input.name, 'name');
  const description = validText(input.description, 'description');
  return withRevision(context, input, (content) => createWith(context, input, { name, description }, content));
}

/** Reads the content of a new revision. The memory for this is leased until the result is written. */
function withRevision<T>(
  context: Context,
  input: RevisionInput,
  run: (content: RevisionContent) => Promise<T>,
): Promise<T> {
  const { memory, actor } = context;
  return memory.lend(actor.principal?.id ?? null, async (lease) => run(await readRevision(context, input, lease)));
}

function createWith(
  context: Context,
  input: CreateAllowlist,
  named: Pick<AllowlistRow, 'name' | 'description'>,
  content: RevisionContent,
): Promise<AllowlistRow> {
  return mutate(context, { policy: allowlistCreate.name }, async (act) => {
    const { id } = await once(act, 'Allowlist', input, async () => {
      const allowlistId = newId('Allowlist');
      const revision = await storeRevision(act, allowlistId, 1, content);
      const row: AllowlistRow = {
        id: allowlistId,
        ...ownerOf(act),
        ...named,
        currentRevisionId: revision.id,
        ...firstVersion(act.now),
      };
      requireAllowed(act, allowlistCreate, row);
      if ((await repository.countOfOwner(act.tx, row)) >= LISTS_MAX) {
        throw limitReached(`One owner has at most ${LISTS_MAX} allowlists.`);
      }
      await unlessTaken(allowlistsTaken, row, () => repository.insert(act.tx, row, revision));
      await audit(act, 'allowlist.created', row, factsOf(revision));
      return allowlistId;
    });
    return requireReadable(act, await repository.findById(act.tx, id));
  });
}

/** Puts a new revision in force for every agent bound to the list, unless the current one has the same content. */
export async function publishAllowlistRevision(
  context: Context,
  input: AllowlistAtEtag & RevisionInput,
): Promise<AllowlistRow> {
  requireOperation(context, allowlistPublish.name);
  // Also checked before the costly reading of the content, so that a caller who may not publish gets only that error.
  await requireChangeable(context, allowlistPublish, input);
  return withRevision(context, input, (content) => publishWith(context, input, content));
}

function publishWith(
  context: Context,
  input: AllowlistAtEtag & RevisionInput,
  content: RevisionContent,
): Promise<AllowlistRow> {
  return mutate(context, { policy: allowlistPublish.name }, async (act) => {
    const row = await requireChangeable(act, allowlistPublish, input);
    const current = await repository.currentRevision(act.tx, row.id);
    if (current && isSame(current, content)) return act.unchanged(row);
    const number = (current?.number ?? 0) + 1;
    if (number > REVISIONS_MAX) throw limitReached(`An allowlist has at most ${REVISIONS_MAX} revisions.`);
    const revision = await storeRevision(act, row.id, number, content);
    const changed = await repository.publish(act, row, revision);
    if (changed === undefined) throw staleEtag();
    await audit(act, 'allowlist.published', row, factsOf(revision));
    act.event({ type: ALLOWLIST_PUBLISHED, objectId: row.id, details: { revisionId: revision.id, number } });
    return changed;
  });
}

/** Whether a revision has exactly this content. */
function isSame(revision: RevisionRow, { ima, tpmPolicy, vtpmPolicy }: RevisionContent): boolean {
  const excludes = ima?.excludes ?? [];
  return (
    revision.imaDigest === (ima?.content.digest ?? null) &&
    revision.imaExcludes.length === excludes.length &&
    revision.imaExcludes.every((pattern, index) => pattern === excludes[index]) &&
    revision.tpmPolicy === tpmPolicy &&
    revision.vtpmPolicy === vtpmPolicy
  );
}

/** The list, if the caller may change it, and read it as it is. */
export async function requireChangeable(
  from: Context | Act,
  policy: Policy<FollowedAllowlist>,
  { allowlist, etag }: AllowlistAtEtag,
): Promise<AllowlistRow> {
  const row = await resolveAllowlist(from, allowlist);
  const followers = await repository.countFollowers('tx' in from ? from.tx : from.db, row.id);
  requireAllowed(from, policy, { ...row, hasFollowers: followers > 0 });
  requireEtag(row, etag);
  return row;
}

/** Deletes a list that no agent is bound to, with its revisions; returns its id. */
export async function deleteAllowlist(context: Context, input: AllowlistAtEtag): Promise<Id<'Allowlist'>> {
  requireOperation(context, allowlistDelete.name);
  return mutate(context, { policy: allowlistDelete.name }, async (act) => {
    const row = await resolveAllowlist(act, input.allowlist);
    requireAllowed(act, allowlistDelete, row);
    requireEtag(row, input.etag);
    await refuseWhileFollowed(act, row);
    // An agent may have been bound since the count.
    if (!(await inUseWhenReferred('allowlist', () => repository.remove(act.tx, row)))) throw staleEtag();
    await audit(act, 'allowlist.deleted', row);
    return row.id;
  });
}

/** Names the agents that the caller may read, and counts the others, and the projects of which it is the default. */
async function refuseWhileFollowed(act: Act, { id }: AllowlistRow): Promise<void> {
  const referring = await referringTo(act, 'Allowlist', id);
  const countOf = (isAsked: (one: string) => boolean) =>
    referring.reduce((sum, { names: [one], count }) => sum + (isAsked(one) ? count : 0), 0);
  const projects = countOf((one) => one === 'project');
  const followers = countOf((one) => one !== 'project');
  if (followers === 0) {
    if (projects === 0) return;
    throw inUse(`It is the default of ${projects} ${projects === 1 ? 'project' : 'projects'}.`, 'allowlist');
  }
  const visible = act.policies.visible([agentGet], act.actor, agents);
  const names = await repository.followerNames(act.tx, visible, id, FOLLOWERS_NAMED_MAX);
  const rest = followers - names.length;
  const all = [...names, ...(rest > 0 ? [`${rest}${names.length > 0 ? ' more' : ''}`] : [])];
  throw inUse(`Agents are bound to this allowlist: ${all.join(', ')}.`, 'allowlist');
}

/** The owner comes from the token's scope, never from the input. */
function ownerOf({ actor: { where } }: Act): Pick<AllowlistRow, 'ownerType' | 'domainId' | 'projectId'> {
  switch (where?.type) {
    case 'system':
      return { ownerType: 'SYSTEM', domainId: null, projectId: null };
    case 'domain':
      return { ownerType: 'DOMAIN', domainId: where.domainId, projectId: null };
    case 'project':
      return { ownerType: 'PROJECT', domainId: where.domainId, projectId: where.projectId };
    default:
      throw forbidden(allowlistCreate.name);
  }
}

/** Stores the content and returns the row to write with its list. */
async function storeRevision(
  act: Act,
  allowlistId: Id<'Allowlist'>,
  number: number,
  { ima, tpmPolicy, vtpmPolicy }: RevisionContent,
): Promise<RevisionRow> {
  return {
    id: newId('AllowlistRevision'),
    allowlistId,
    number,
    imaDigest: ima === null ? null : await keep(act, ima.content),
    imaExcludes: ima?.excludes ?? [],
    imaPathCount: ima?.pathCount ?? null,
    imaSize: ima?.content.size ?? null,
    tpmPolicy,
    vtpmPolicy,
    createdAt: act.now,
    createdBy: act.actor.principal?.id ?? '',
  };
}

async function keep(act: Act, content: NonNullable<RevisionContent['ima']>['content']): Promise<string> {
  if ('chunks' in content) return storeContent(act.tx, content, act.now);
  if (!(await holdContent(act.tx, content.digest))) throw invalid('The upload expired.', 'imaPolicy', 'uploadId');
  return content.digest;
}

/** What the audit log has of a revision. */
const factsOf = ({ id, number, imaDigest, imaPathCount, tpmPolicy, vtpmPolicy }: RevisionRow) => ({
  revisionId: id,
  number,
  imaPolicyDigest: imaDigest,
  imaPolicyPathCount: imaPathCount,
  hasTpmPolicy: tpmPolicy !== null,
  hasVtpmPolicy: vtpmPolicy !== null,
});

export function audit(act: Act, action: Action, row: AllowlistRow, details: object = {}): Promise<void> {
  const { id, name, domainId, projectId } = row;
  return act.audit({
    action,
    target: { type: 'Allowlist', id },
    owner: { domainId, projectId },
    details: { name, ...details },
  });
}
