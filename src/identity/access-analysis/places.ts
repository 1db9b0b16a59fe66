import { inArray } from 'drizzle-orm';
import type { Context } from '../../authority/index.js';
import type { Db } from '../../db/open.js';
import { type Id, isId, type Kind } from '../../platform/ids.js';
import {
  type Credentials,
  NOTHING_KNOWN,
  type PolicyQuestion,
  type ScopeType,
  textsTiedTo,
} from '../../platform/policy/index.js';
import type { Clause } from '../../platform/sql/clause.js';
import type { RoleScope } from '../assignments/index.js';
import { projects } from '../projects/tables.js';
import { type RoleGraph, readRoleGraph, roleGraph } from '../roles/index.js';
import { type SeenRoleScope, userAt } from './principals.js';
import type { Question, TargetRelations } from './target.js';

/** Where callers can pass. Anywhere else they are refused, whatever roles they hold. */
export interface Places {
  /** The roles that can be held at these scopes. */
  readonly graph: RoleGraph;
  readonly scopes: readonly RoleScope[];
  /** Scope types of which any scope could pass; `scopes` does not list these scopes. */
  readonly open: readonly ScopeType[];
  /** The only users who can pass; null for any. */
  readonly userIds: readonly Id<'User'>[] | null;
  /** Roles of which one has to be held; null for any. */
  readonly roleIds: readonly Id<'Role'>[] | null;
  readonly agents: {
    readonly ids: readonly Id<'Agent'>[];
    readonly projectIds: readonly Id<'Project'>[];
    /** Queries of agents' ids: of those that are tied to the target. */
    readonly related: readonly Clause[];
  };
}

/** Unknown until the user's row is read. */
const OF_USERS = ['roles', 'user_id', 'user_domain_id'];
export const NO_AGENTS: Places['agents'] = { ids: [], projectIds: [], related: [] };
const PLACE_FIELDS = ['domain_id', 'project_id', 'project_domain_id'];
const OF_AGENTS = ['agent_kind', 'trust_state', 'node_id', 'unit_id', 'workload_id'];
const NOBODY = { id: NOTHING_KNOWN, domainId: NOTHING_KNOWN };

/**
 * The scopes where the policy can allow. Only ids that the check or the target names can distinguish scopes of one
 * type. So this tries the named scopes, and one placeholder for all others.
 */
export async function findPlaces(
  context: Context,
  { asked, relations, operatorsProjectIds }: Question,
  only: RoleScope | null,
): Promise<Places> {
  const { db } = context;
  const couldPass: CouldPass = (scope, fields) =>
    asked.couldAllow(scope.type, userAt(NOBODY, scope, [NOTHING_KNOWN], operatorsProjectIds).credentials, fields);
  const { scopes, open } = only === null ? await namedScopes(db, asked, couldPass) : { scopes: [only], open: [] };
  const passing = scopes.filter((scope) => couldPass(scope, OF_USERS));
  const graph = await graphAt(context, passing);
  return {
    graph,
    scopes: passing,
    open,
    userIds: passing.some(
      (scope) => couldPass(scope, ['roles', 'user_domain_id']) || asked.named(scope.type).related.has('user_id'),
    )
      ? null
      : passing.flatMap(({ type }) => idsIn(asked, type, 'User')),
    roleIds: passing.some((scope) => couldPass(scope, ['user_id', 'user_domain_id']))
      ? null
      : graph.naming(passing.flatMap(({ type }) => [...asked.named(type).roles])),
    agents: only === null ? await namedAgents(db, asked, relations) : NO_AGENTS,
  };
}

function graphAt({ db, inForce, actor }: Context, scopes: readonly RoleScope[]): Promise<RoleGraph> {
  const domainIds = [...new Set(scopes.flatMap(({ domainId }) => domainId ?? []))];
  const isOne = domainIds.length <= 1;
  return isOne ? roleGraph(db, inForce, actor.epoch, domainIds[0] ?? null) : readRoleGraph(db, domainIds);
}

/** Whether somebody at the scope could pass: one of whom nothing is known but what is open, and who has roles that no check names. */
type CouldPass = (scope: SeenRoleScope, open: readonly string[]) => boolean;

async function namedScopes(
  db: Db,
  asked: PolicyQuestion,
  couldPass: CouldPass,
): Promise<Pick<Places, 'scopes' | 'open'>> {
  const domainIds = idsIn(asked, 'domain', 'Domain');
  const projectRows = await readProjects(db, idsIn(asked, 'project', 'Project'));
  const scopes: RoleScope[] = [
    { type: 'system', domainId: null, projectId: null },
    ...domainIds.map((domainId) => ({ type: 'domain' as const, domainId, projectId: null })),
    ...projectRows.map(({ id, domainId }) => ({ type: 'project' as const, domainId, projectId: id })),
  ];
  const other = (type: 'domain' | 'project', domainId: string): SeenRoleScope => ({
    type,
    domainId,
    projectId: type === 'project' ? NOTHING_KNOWN : null,
  });
  const others = [
    other('domain', NOTHING_KNOWN),
    other('project', NOTHING_KNOWN),
    ...idsIn(asked, 'project', 'Domain').map((domainId) => other('project', domainId)),
  ];
  const open = others.filter((scope) => couldPass(scope, OF_USERS)).map(({ type }) => type);
  const agentOpen = couldAgentPass(asked, { project_id: NOTHING_KNOWN, project_domain_id: NOTHING_KNOWN });
  const related = (['domain', 'project', 'agent'] as const).filter((type) => isPlacedByRelation(asked, type));
  return { scopes, open: [...new Set([...open, ...(agentOpen ? (['agent'] as const) : []), ...related])] };
}

/** Whether a relation can decide which scopes pass. The relation may name many scopes, so it is not read. */
function isPlacedByRelation(asked: PolicyQuestion, type: ScopeType): boolean {
  const { related } = asked.named(type);
  return PLACE_FIELDS.some((field) => related.has(field));
}

async function namedAgents(db: Db, asked: PolicyQuestion, relations: TargetRelations): Promise<Places['agents']> {
  if (!asked.takes('agent')) return NO_AGENTS;
  const rows = await readProjects(db, idsIn(asked, 'agent', 'Project'));
  const wide = rows.filter(({ id, domainId }) =>
    couldAgentPass(asked, { project_id: id, project_domain_id: domainId }),
  );
  const related = (asked.named('agent').related.get('agent_id') ?? []).flatMap((key) => {
    const ref = relations.refOf(key);
    return ref === undefined ? [] : [textsTiedTo(ref, key.relation)];
  });
  return { ids: idsIn(asked, 'agent', 'Agent'), projectIds: wide.map(({ id }) => id), related };
}

/** Whether an agent that neither the check nor the target names could pass. */
function couldAgentPass(asked: PolicyQuestion, project: Credentials): boolean {
  return asked.couldAllow('agent', { agent_id: NOTHING_KNOWN, ...project }, OF_AGENTS);
}

function readProjects(db: Db, ids: readonly Id<'Project'>[]) {
  return db
    .select({ id: projects.id, domainId: projects.domainId })
    .from(projects)
    .where(inArray(projects.id, [...ids]));
}

function idsIn<K extends Kind>(asked: PolicyQuestion, scope: ScopeType, kind: K): Id<K>[] {
  return [...asked.named(scope).texts].filter((text) => isId(kind, text));
}
