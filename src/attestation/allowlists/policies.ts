import { sql } from 'drizzle-orm';
import { OF_OPERATORS } from '../../identity/agents/index.js';
import { definePolicy, defineTarget, type Related } from '../../platform/policy/index.js';
import { attestationRecords } from '../records/tables.js';
import { type AllowlistRow, allowlists } from './tables.js';

/** A list, and whether agents are bound to it. */
export interface FollowedAllowlist extends AllowlistRow {
  readonly hasFollowers: boolean;
}

/** A list with its relations to the caller. */
export type RelatedAllowlist = AllowlistRow & Related;

type Lists = typeof allowlists;

/** The owner's keys, for every policy on lists. */
const OWNER = {
  domain_id: { type: 'text', row: (row: AllowlistRow) => row.domainId, sql: (table: Lists) => table.domainId },
  project_id: { type: 'text', row: (row: AllowlistRow) => row.projectId, sql: (table: Lists) => table.projectId },
} as const;

const allowlistTarget = defineTarget<AllowlistRow>()(allowlists, OWNER);

const readableTarget = defineTarget<RelatedAllowlist>()(allowlists, {
  ...OWNER,
  judged_agent_ids: {
    type: 'text',
    list: true,
    relation: {
      from: attestationRecords,
      row: attestationRecords.allowlistId,
      value: attestationRecords.agentId,
    },
    row: (row) => row.id,
    sql: (table) => table.id,
  },
});

const followedTarget = defineTarget<FollowedAllowlist>()(allowlists, {
  ...OWNER,
  has_followers: {
    type: 'boolean',
    row: (row) => row.hasFollowers,
    sql: (table) =>
      sql`exists (select 1 from ${attestationRecords} where ${attestationRecords.allowlistId} = ${table.id})`,
  },
});

/** The lists of the system, and those of the operators' projects. */
const OF_SYSTEM = `None:%(domain_id)s or ${OF_OPERATORS}`;

/**
 * A scope reads its own lists and those of the scopes above; a domain also those of its projects; the system those of
 * the operators' projects; an agent the list it is bound to.
 */
const READABLE = {
  system: OF_SYSTEM,
  domain: 'domain_id:%(domain_id)s or None:%(domain_id)s',
  project:
    'project_id:%(project_id)s or (None:%(project_id)s and (project_domain_id:%(domain_id)s or None:%(domain_id)s))',
  agent: 'agent_id:%(judged_agent_ids)s',
};

/** One check for all scopes: a sample file has no line for a policy with several. */
const READERS = 'role:reader or agent_id:%(judged_agent_ids)s';

/** A scope creates only what it owns itself. */
const OWNED = {
  system: 'None:%(domain_id)s',
  domain: 'domain_id:%(domain_id)s and None:%(project_id)s',
  project: 'project_id:%(project_id)s',
};

/** A scope changes only what it owns itself, and the system also what operators' projects own. */
const MANAGED = { ...OWNED, system: OF_SYSTEM };

export const allowlistGet = definePolicy<RelatedAllowlist>({
  name: 'allowlist:get',
  description: 'Read allowlists, without their content; an agent reads the list it is bound to.',
  scopeTypes: ['system', 'domain', 'project', 'agent'],
  target: readableTarget,
  boundary: READABLE,
  check: READERS,
  operations: [
    'Query.allowlist',
    'Query.allowlists',
    'Subscription.allowlistPublished',
    'Allowlist.*',
    'AllowlistRevision.*',
    'AllowlistPublished.*',
  ],
});

export const allowlistGetContent = definePolicy<RelatedAllowlist>({
  name: 'allowlist:get_content',
  description: 'Read the content of allowlists; an agent reads the content of the list it is bound to.',
  scopeTypes: ['system', 'domain', 'project', 'agent'],
  target: readableTarget,
  boundary: READABLE,
  check: READERS,
  operations: [
    'AllowlistRevision.imaPolicy',
    'AllowlistRevision.imaPolicyExcludes',
    'AllowlistRevision.tpmPolicy',
    'AllowlistRevision.tpmPcrs',
    'AllowlistRevision.vtpmPolicy',
    'AllowlistRevision.vtpmPcrs',
    'HTTP.getImaPolicy',
  ],
});

export const allowlistCreate = definePolicy<AllowlistRow>({
  name: 'allowlist:create',
  description: 'Create allowlists, owned by the scope of the token.',
  scopeTypes: ['system', 'domain', 'project'],
  target: allowlistTarget,
  boundary: OWNED,
  check: 'role:member',
  operations: ['Mutation.createAllowlist'],
});

/** Who changes a list that others may rely on. */
const changing = {
  scopeTypes: ['system', 'domain', 'project'],
  target: followedTarget,
  boundary: MANAGED,
  check: {
    system: 'role:manager or (role:member and False:%(has_followers)s)',
    // Projects use the lists of their domain, and may rely on one before any agent is bound to it.
    domain: 'role:manager',
    project: 'role:manager or (role:member and False:%(has_followers)s)',
  },
} as const;

export const allowlistUpdate = definePolicy<FollowedAllowlist>({
  ...changing,
  name: 'allowlist:update',
  description:
    'Change the name or description of allowlists: managers always; members of a project or of the system only while no agent is bound to it.',
  operations: ['Mutation.updateAllowlist'],
});

export const allowlistPublish = definePolicy<FollowedAllowlist>({
  ...changing,
  name: 'allowlist:publish',
  description:
    'Publish revisions of allowlists: managers always; members of a project or of the system only while no agent is bound to it.',
  operations: ['Mutation.publishAllowlistRevision'],
});

export const allowlistDelete = definePolicy<AllowlistRow>({
  name: 'allowlist:delete',
  description: 'Delete allowlists that no agent is bound to.',
  scopeTypes: ['system', 'domain', 'project'],
  target: allowlistTarget,
  boundary: MANAGED,
  check: 'role:member',
  operations: ['Mutation.deleteAllowlist'],
});

export const allowlistPolicies = [
  allowlistGet,
  allowlistGetContent,
  allowlistCreate,
  allowlistUpdate,
  allowlistPublish,
  allowlistDelete,
];
