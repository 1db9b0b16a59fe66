import { type Context, mayOn } from '../../authority/index.js';
import type { Id } from '../../platform/ids.js';
import type { PolicyQuestion, Subject } from '../../platform/policy/index.js';
import { agentGet } from '../agents/index.js';
import type { AgentRow } from '../agents/tables.js';
import type { RoleScope } from '../assignments/index.js';
import type { RoleGraph } from '../roles/index.js';
import { userGet } from '../users/index.js';
import type { UserRow } from '../users/tables.js';
import { readHoldings, readRolesHeld } from './holdings.js';
import { pathsTo, type RolePath } from './paths.js';
import { permissionGet } from './policies.js';
import { agentAt, userAt } from './principals.js';
import { namesHeld, rolesNeeded } from './rights.js';
import type { Question, TargetRelations } from './target.js';

/** A scope where a user passes, and the subject that passes. */
interface Way {
  readonly scope: RoleScope;
  readonly subject: Subject;
  /** Equal for all users for whom the decision is the same. */
  readonly key: string;
}

/** A principal that the policy allows. */
export type Capable =
  | { readonly id: Id<'User'>; readonly user: UserRow; readonly ways: readonly Way[] }
  | { readonly id: Id<'Agent'>; readonly agent: AgentRow };

/** Shape of `CapablePrincipal`. */
export interface CapableView {
  readonly userId: Id<'User'> | null;
  readonly agentId: Id<'Agent'> | null;
  readonly roles: readonly string[];
  /** The first call reads the paths of the whole page. */
  readonly paths: () => Promise<readonly RolePath[]>;
}

type CapableUser = Extract<Capable, { readonly user: UserRow }>;

/** Decides one question for many principals, and which of them the caller may see. */
export class Judge {
  readonly #context: Context;
  readonly #asked: PolicyQuestion;
  readonly #relations: TargetRelations;
  readonly #operatorsProjectIds: readonly string[];
  readonly #graph: RoleGraph;
  /** Decisions by scope and set of roles: most users hold the same roles as others. */
  readonly #decided = new Map<string, boolean>();
  readonly #needed = new Map<string, readonly string[]>();

  constructor(context: Context, { asked, relations, operatorsProjectIds }: Question, graph: RoleGraph) {
    this.#context = context;
    this.#asked = asked;
    this.#relations = relations;
    this.#operatorsProjectIds = operatorsProjectIds;
    this.#graph = graph;
  }

  async agents(rows: readonly AgentRow[]): Promise<Capable[]> {
    const now = this.#context.clock.now();
    const known = rows.flatMap((agent) => {
      const subject = agentAt(agent, now);
      return subject === null ? [] : [{ agent, subject }];
    });
    await this.#relations.readFor(known.map(({ subject }) => subject));
    return known.flatMap(({ agent, subject }) => (this.#asked.allows(subject) ? [{ id: agent.id, agent }] : []));
  }

  /** Those of the users that pass at one of the scopes. */
  async users(rows: readonly UserRow[], scopes: readonly RoleScope[]): Promise<Capable[]> {
    const { db, clock } = this.#context;
    const ids = rows.map(({ id }) => id);
    const ways = new Map<Id<'User'>, Way[]>(ids.map((id) => [id, []]));
    for (const scope of scopes) {
      const held = await readRolesHeld(db, ids, scope, clock.now());
      const holders = rows.flatMap((user) => {
        const roleIds = held.get(user.id) ?? [];
        if (roleIds.length === 0) return [];
        const roles = namesHeld(this.#graph, roleIds);
        return [{ id: user.id, subject: userAt(user, scope, roles, this.#operatorsProjectIds) }];
      });
      await this.#relations.readFor(holders.map(({ subject }) => subject));
      for (const { id, subject } of holders) {
        const way = this.#wayOf(id, scope, subject);
        if (way !== null) ways.get(id)?.push(way);
      }
    }
    return rows.flatMap((user) => {
      const own = ways.get(user.id) ?? [];
      return own.length > 0 ? [{ id: user.id, user, ways: own }] : [];
    });
  }

  #wayOf(userId: Id<'User'>, scope: RoleScope, subject: Subject): Way | null {
    const { fields } = this.#asked.named(scope.type);
    const dependsOnUser = fields.has('user_id') || fields.has('user_domain_id');
    const key = JSON.stringify([scope, subject.credentials.roles, dependsOnUser && userId]);
    const isAllowed = this.#decided.get(key) ?? this.#asked.allows(subject);
    this.#decided.set(key, isAllowed);
    return isAllowed ? { scope, subject, key } : null;
  }

  /** Whether the caller may see this principal. */
  isTold(capable: Capable): boolean {
    if ('user' in capable) return this.#knownWays(capable).length > 0 && mayOn(this.#context, userGet, capable.user);
    return mayOn(this.#context, agentGet, capable.agent) && this.#mayTell(null, capable.agent.domainId);
  }

  /** The principals, reduced to what the caller may see. */
  views(told: readonly Capable[]): CapableView[] {
    const users = told.flatMap((one) => ('user' in one ? [{ ...one, ways: this.#knownWays(one) }] : []));
    let read: Promise<ReadonlyMap<Id<'User'>, readonly RolePath[]>> | undefined;
    const readPaths = () => {
      read ??= this.#paths(users);
      return read;
    };
    const needs = new Map(users.map(({ id, ways }) => [id, ways.flatMap((way) => this.#neededBy(way))]));
    return told.map((one) => {
      if ('agent' in one) return { userId: null, agentId: one.id, roles: [], paths: async () => [] };
      const paths = async () => (await readPaths()).get(one.id) ?? [];
      return { userId: one.id, agentId: null, roles: [...new Set(needs.get(one.id))], paths };
    });
  }

  #knownWays({ id, ways }: CapableUser): readonly Way[] {
    return ways.filter(({ scope }) => this.#mayTell(id, scope.domainId));
  }

  #neededBy({ key, subject }: Way): readonly string[] {
    const needed = this.#needed.get(key) ?? rolesNeeded(this.#graph, this.#asked, subject);
    this.#needed.set(key, needed);
    return needed;
  }

  /** The paths of users, by user. What was taken away since they were judged is not told. */
  async #paths(users: readonly CapableUser[]): Promise<ReadonlyMap<Id<'User'>, readonly RolePath[]>> {
    const { db, clock } = this.#context;
    const paths = new Map<Id<'User'>, RolePath[]>(users.map(({ id }) => [id, []]));
    const scopes = new Set(users.flatMap(({ ways }) => ways.map(({ scope }) => scope)));
    for (const scope of scopes) {
      const passing = users.flatMap(({ id, ways }) =>
        ways.flatMap((way) => (way.scope === scope ? [{ id, way }] : [])),
      );
      const ids = passing.map(({ id }) => id);
      const held = await readHoldings(db, ids, scope, clock.now());
      for (const { id, way } of passing) {
        const own = held.get(id) ?? [];
        paths.get(id)?.push(...pathsTo(this.#context, this.#graph, own, scope, this.#neededBy(way)));
      }
    }
    return paths;
  }

  #mayTell(userId: Id<'User'> | null, domainId: Id<'Domain'> | null): boolean {
    return mayOn(this.#context, permissionGet, { userId, domainId });
  }
}
