import type { Context } from '../../authority/index.js';
import { cursorOf, type EventRow } from '../../events/index.js';
import type {
  MutationCreateAllowlistArgs,
  MutationDeleteAllowlistArgs,
  MutationPublishAllowlistRevisionArgs,
  MutationUpdateAllowlistArgs,
  QueryAllowlistArgs,
} from '../../generated/graphql.js';
import { domainGet } from '../../identity/domains/index.js';
import { projectGet } from '../../identity/projects/index.js';
import { etagOf } from '../../platform/etag.js';
import { toId, withIds } from '../../platform/ids.js';
import type { PageArgs } from '../../platform/pagination.js';
import { payload } from '../../platform/payload.js';
import type { PolicyName } from '../../platform/policy/index.js';
import {
  imaPolicyText,
  listAllowlists,
  loadAllowlist,
  loadRevision,
  requireContent,
  resolveAllowlist,
} from './reading.js';
import type { AllowlistFilter } from './repository.js';
import { createAllowlist, deleteAllowlist, publishAllowlistRevision } from './service.js';
import type { AllowlistRow, RevisionRow } from './tables.js';
import { updateAllowlist } from './update.js';

/** Whether the caller could read any object under a policy; otherwise reading a stub of one would be refused. */
const couldRead = ({ policies, actor }: Context, policy: PolicyName): boolean =>
  policies.decideOperation(policy, actor).outcome === 'ALLOWED';

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
    // A stub: the owner's own domain resolves the rest. Users who may read a list may read its owner; agents read no
    // owners.
    domain: ({ ownerType, domainId }: AllowlistRow, _: unknown, context: Context) =>
      ownerType === 'DOMAIN' && couldRead(context, domainGet.name) ? { id: domainId } : null,
    project: ({ projectId }: AllowlistRow, _: unknown, context: Context) =>
      projectId !== null && couldRead(context, projectGet.name) ? { id: projectId } : null,
    currentRevision: (row: AllowlistRow, _: unknown, context: Context) =>
      loadRevision(context).load(row.currentRevisionId),
    etag: etagOf,
  },
  AllowlistRevision: {
    imaPolicyDigest: (revision: RevisionRow) => revision.imaDigest,
    imaPolicySize: (revision: RevisionRow) => revision.imaSize,
    imaPolicyPathCount: (revision: RevisionRow) => revision.imaPathCount,
    imaPolicy: (revision: RevisionRow, _: unknown, context: Context) => imaPolicyText(context, revision),
    tpmPolicy: async (revision: RevisionRow, _: unknown, context: Context) => {
      await requireContent(context, revision);
      return revision.tpmPolicy;
    },
    vtpmPolicy: async (revision: RevisionRow, _: unknown, context: Context) => {
      await requireContent(context, revision);
      return revision.vtpmPolicy;
    },
  },
};

/** Entities that other domains may refer to. */
export const allowlistEntities = {
  Allowlist: (context: Context, id: string) => loadAllowlist(context).load(toId('Allowlist', id)),
  AllowlistRevision: (context: Context, id: string) => loadRevision(context).load(toId('AllowlistRevision', id)),
};
