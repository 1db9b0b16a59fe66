import type { GraphQLResolveInfo } from 'graphql';
import { type Context, couldDo } from '../../authority/index.js';
import { cursorOf, type EventRow } from '../../events/index.js';
import type {
  AllowlistRevisionsArgs,
  MutationCreateAllowlistArgs,
  MutationDeleteAllowlistArgs,
  MutationPublishAllowlistRevisionArgs,
  MutationUpdateAllowlistArgs,
  QueryAllowlistArgs,
} from '../../generated/graphql.js';
import { domainGet } from '../../identity/domains/index.js';
import { loadProject } from '../../identity/projects/index.js';
import { etagOf } from '../../platform/etag.js';
import { toId, withIds } from '../../platform/ids.js';
import { fieldsBelow } from '../../platform/look-ahead.js';
import type { PageArgs } from '../../platform/pagination.js';
import { payload } from '../../platform/payload.js';
import { pcrRulesOf } from './pcr-rules.js';
import {
  imaPolicyText,
  listAllowlists,
  loadAllowlist,
  loadRevision,
  requireContent,
  resolveAllowlist,
} from './reading.js';
import type { AllowlistFilter } from './repository.js';
import { revisionsOf } from './revisions.js';
import { createAllowlist, deleteAllowlist, publishAllowlistRevision } from './service.js';
import type { AllowlistRow, RevisionRow } from './tables.js';
import { updateAllowlist } from './update.js';

/** A field that is told to callers who may read the content of the revision. */
const ofContent =
  <T>(tell: (revision: RevisionRow) => T) =>
  async (revision: RevisionRow, _: unknown, context: Context): Promise<T> => {
    await requireContent(context, revision);
    return tell(revision);
  };

/** The list that an input names. */
const LIST = { allowlist: { id: 'Allowlist' } } as const;
/** The content of a revision. */
const CONTENT = { imaPolicy: { uploadId: 'Upload' } } as const;

export const allowlistResolvers = {
  Query: {
    allowlist: (_: unknown, { ref }: QueryAllowlistArgs, context: Context) =>
      resolveAllowlist(context, withIds(ref, { id: 'Allowlist' })),
    allowlists: (_: unknown, args: PageArgs & { filter?: AllowlistFilter | null }, context: Context) =>
      listAllowlists(context, args),
  },
  Mutation: {
    createAllowlist: (_: unknown, { input }: MutationCreateAllowlistArgs, context: Context) =>
      payload(async () => ({ allowlist: await createAllowlist(context, withIds(input, CONTENT)) })),
    updateAllowlist: (_: unknown, { input }: MutationUpdateAllowlistArgs, context: Context) =>
      payload(async () => ({ allowlist: await updateAllowlist(context, withIds(input, LIST)) })),
    publishAllowlistRevision: (_: unknown, { input }: MutationPublishAllowlistRevisionArgs, context: Context) =>
      payload(async () => ({
        allowlist: await publishAllowlistRevision(context, withIds(input, { ...LIST, ...CONTENT })),
      })),
    deleteAllowlist: (_: unknown, { input }: MutationDeleteAllowlistArgs, context: Context) =>
      payload(async () => ({ allowlistId: await deleteAllowlist(context, withIds(input, LIST)) })),
  },
  AllowlistPublished: {
    cursor: cursorOf,
    allowlist: ({ objectId }: EventRow, _: unknown, context: Context) =>
      loadAllowlist(context).load(toId('Allowlist', objectId)),
    revision: ({ details }: EventRow, _: unknown, context: Context) =>
      loadRevision(context).load(toId('AllowlistRevision', String(details.revisionId))),
  },
  Allowlist: {
    // A stub: the identity domain resolves the rest. Users who may read a list may read its owner; agents read no owners.
    domain: ({ ownerType, domainId }: AllowlistRow, _: unknown, context: Context) =>
      ownerType === 'DOMAIN' && couldDo(context, domainGet.name) ? { id: domainId } : null,
    project: ({ projectId }: AllowlistRow, _: unknown, context: Context) =>
      projectId && loadProject(context).load(projectId),
    currentRevision: (row: AllowlistRow, _: unknown, context: Context) =>
      loadRevision(context).load(row.currentRevisionId),
    revisions: ({ id }: AllowlistRow, args: AllowlistRevisionsArgs, context: Context, info: GraphQLResolveInfo) =>
      revisionsOf(context, id, args, fieldsBelow(info)),
    etag: etagOf,
  },
  AllowlistRevision: {
    imaPolicyDigest: (revision: RevisionRow) => revision.imaDigest,
    imaPolicySize: (revision: RevisionRow) => revision.imaSize,
    imaPolicyPathCount: (revision: RevisionRow) => revision.imaPathCount,
    imaPolicy: (revision: RevisionRow, _: unknown, context: Context) => imaPolicyText(context, revision),
    imaPolicyExcludes: ofContent(({ imaDigest, imaExcludes }) => (imaDigest === null ? null : imaExcludes)),
    tpmPolicy: ofContent(({ tpmPolicy }) => tpmPolicy),
    tpmPcrs: ofContent(({ tpmPolicy }) => pcrRulesOf(tpmPolicy)),
    vtpmPolicy: ofContent(({ vtpmPolicy }) => vtpmPolicy),
    vtpmPcrs: ofContent(({ vtpmPolicy }) => pcrRulesOf(vtpmPolicy)),
  },
};

/** Entities that other domains may refer to. */
export const allowlistEntities = {
  Allowlist: (context: Context, id: string) => loadAllowlist(context).load(toId('Allowlist', id)),
  AllowlistRevision: (context: Context, id: string) => loadRevision(context).load(toId('AllowlistRevision', id)),
};
