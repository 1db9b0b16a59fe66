import { eq } from 'drizzle-orm';
import { type Context, mayOn } from '../../authority/index.js';
import { badInput, notFound } from '../../platform/errors.js';
import { type Id, noId } from '../../platform/ids.js';
import type { Subject } from '../../platform/policy/index.js';
import { type AgentRef, agentGet, isAgent } from '../agents/index.js';
import { type AgentRow, agents } from '../agents/tables.js';
import type { RoleScope } from '../assignments/index.js';
import { domainGet } from '../domains/index.js';
import { domains } from '../domains/tables.js';
import { homeOf } from '../names/index.js';
import { projectGet } from '../projects/index.js';
import { projects } from '../projects/tables.js';
import { resolveScope, type ScopeInput } from '../scopes/index.js';
import { agentActor, type SeenScope, scopeCredentials } from '../tokens/index.js';
import { findUser, type UserRef, userGet } from '../users/index.js';
import type { UserRow } from '../users/tables.js';
import { readRolesHeld } from './holdings.js';
import { permissionGet } from './policies.js';

type Maybe<T> = T | null | undefined;

export interface PrincipalInput {
  readonly user?: Maybe<UserRef>;
  readonly agent?: Maybe<AgentRef>;
}

/** The principal of a question, with the scope of the token that it would use. */
export type AskedAbout =
  | { readonly kind: 'user'; readonly user: UserRow; readonly scope: RoleScope }
  | { readonly kind: 'agent'; readonly agent: AgentRow };

/**
 * Finds the principal, if the caller may ask about it.
 *
 * @throws Refusal NOT_FOUND for a principal or a scope that is missing or hidden; both look the same.
 */
export async function askedAbout(
  context: Context,
  principal: PrincipalInput,
  scope: Maybe<ScopeInput>,
): Promise<AskedAbout> {
  if (principal.agent != null) {
    if (scope != null) throw badInput('An agent has its own scope: leave the scope out.', { argument: 'scope' });
    return { kind: 'agent', agent: await requireAgent(context, principal.agent) };
  }
  if (scope == null) throw badInput('Name the scope in which the user acts.', { argument: 'scope' });
  const row = await findUser(context.db, principal.user ?? {}, homeOf(context));
  if (row === undefined || !mayOn(context, userGet, row)) throw notFound('principal');
  return { kind: 'user', user: row, scope: await requireScope(context, scope, row.id) };
}

async function requireAgent(context: Context, ref: AgentRef): Promise<AgentRow> {
  const [row] = await context.db.select().from(agents).where(isAgent(context, ref));
  const isKnown = row && mayOn(context, agentGet, row) && mayOn(context, permissionGet, { ...row, userId: null });
  if (!isKnown) throw notFound('principal');
  return row;
}

/**
 * A scope that the caller may ask about, for one user or (with null) for everybody.
 *
 * @throws Refusal NOT_FOUND unless the caller may read the scope, or asks about itself and holds something there.
 */
export async function requireScope(context: Context, input: ScopeInput, userId: Id<'User'> | null): Promise<RoleScope> {
  if (input.system === false) throw badInput('system can only be true.', { argument: 'scope' });
  const scope = await resolveScope(context.db, input, homeOf(context));
  const isAnswered =
    scope !== undefined &&
    mayOn(context, permissionGet, { userId, domainId: scope.domainId }) &&
    ((await mayRead(context, scope)) ||
      (userId === context.actor.principal?.id && (await holds(context, userId, scope))));
  if (!isAnswered) throw notFound('scope');
  return scope;
}

async function mayRead(context: Context, { type, domainId, projectId }: RoleScope): Promise<boolean> {
  if (type === 'system') return mayOn(context, permissionGet, { userId: null, domainId: null });
  if (type === 'domain') {
    const [row] = await context.db
      .select()
      .from(domains)
      .where(eq(domains.id, domainId ?? noId('Domain')));
    return row !== undefined && mayOn(context, domainGet, row);
  }
  const [row] = await context.db
    .select()
    .from(projects)
    .where(eq(projects.id, projectId ?? noId('Project')));
  return row !== undefined && mayOn(context, projectGet, row);
}

async function holds({ db, clock }: Context, userId: Id<'User'>, scope: RoleScope): Promise<boolean> {
  return (await readRolesHeld(db, [userId], scope, clock.now())).size > 0;
}

/** What policies see of a scope, and of a user: texts, which need not be ids. */
export interface SeenRoleScope {
  readonly type: RoleScope['type'];
  readonly domainId: string | null;
  readonly projectId: string | null;
}
interface SeenUser {
  readonly id: string;
  readonly domainId: string;
}

/** A user as policies see it, with a token of a scope and these roles; the operators' projects are what tokens of the system hold. */
export function userAt(
  user: SeenUser,
  scope: SeenRoleScope,
  roles: readonly string[],
  operatorsProjectIds: readonly string[],
): Subject {
  const own = { user_id: user.id, user_domain_id: user.domainId, roles };
  return { scope: scope.type, credentials: { ...own, ...scopeCredentials(whereOf(scope), operatorsProjectIds) } };
}

/** The subject that policies see for an agent at a time; null for a banned or retired agent. */
export function agentAt(agent: AgentRow, now: Date): Subject | null {
  return agent.trustState === 'BANNED' || agent.trustState === 'RETIRED' ? null : agentActor(agent, now);
}

function whereOf({ type, domainId, projectId }: SeenRoleScope): SeenScope {
  if (type === 'system') return { type };
  return type === 'domain'
    ? { type, domainId: domainId ?? '' }
    : { type, projectId: projectId ?? '', domainId: domainId ?? '' };
}
