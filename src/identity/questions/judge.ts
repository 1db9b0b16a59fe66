import { type Context, mayOn } from '../../authority/index.js';
import type { PolicyQuestion, Subject } from '../../platform/policy/index.js';
import { agentGet } from '../agents/index.js';
import type { AgentRow } from '../agents/tables.js';
import type { RoleScope } from '../assignments/index.js';
import type { RoleGraph } from '../roles/index.js';
import { userGet } from '../users/index.js';
import type { UserRow } from '../users/tables.js';
import { type Holding, readHoldings } from './holdings.js';
import { pathsTo, type RolePath } from './paths.js';
import { permissionGet } from './policies.js';
import { agentAt, userAt } from './principals.js';
import { namesHeld, rolesNeeded } from './rights.js';

/** Where a user passes, and by what. */
interface Way {
  readonly scope: RoleScope;
  readonly held: readonly Holding[];
  readonly subject: Subject;
}

/** Somebody who may. */
export type Capable =
  | { readonly id: string; readonly user: UserRow; readonly ways: readonly Way[] }
  | { readonly id: string; readonly agent: AgentRow };

/** As `CapablePrincipal` tells it. */
export interface CapableView {
  readonly userId: string | null;
  readonly agentId: string | null;
  readonly roles: readonly string[];
  readonly paths: readonly RolePath[];
}

/** Decides one question for many, and what of the answers may be told. */
export class Judge {
  readonly #context: Context;
  readonly #asked: PolicyQuestion;
  readonly #graph: RoleGraph;
  /** Decisions on sets of roles, by scope: most users hold what others hold. */
  readonly #decided = new Map<string, boolean>();

  constructor(context: Context, asked: PolicyQuestion, graph: RoleGraph) {
    this.#context = context;
    this.#asked = asked;
    this.#graph = graph;
  }

  agents(rows: readonly AgentRow[]): Capable[] {
    const now = this.#context.clock.now();
    return rows.flatMap((agent) => {
      const subject = agentAt(agent, now);
      return subject && this.#asked.allows(subject) ? [{ id: agent.id, agent }] : [];
    });
  }

  /** Those of some users who may, at some of the scopes. */
  async users(rows: readonly UserRow[], scopes: readonly RoleScope[]): Promise<Capable[]> {
    const { db, clock } = this.#context;
    const ids = rows.map(({ id }) => id);
    const ways = new Map<string, Way[]>(ids.map((id) => [id, []]));
    for (const scope of scopes) {
      const held = await readHoldings(db, ids, scope, clock.now());
      for (const user of rows) {
        const way = this.#wayOf(user, scope, held.get(user.id) ?? []);
        if (way !== null) ways.get(user.id)?.push(way);
      }
    }
    return rows.flatMap((user) => {
      const own = ways.get(user.id) ?? [];
      return own.length > 0 ? [{ id: user.id, user, ways: own }] : [];
    });
  }

  #wayOf(user: UserRow, scope: RoleScope, held: readonly Holding[]): Way | null {
    if (held.length === 0) return null;
    const subject = userAt(user, scope, namesHeld(this.#graph, held));
    const { fields } = this.#asked.named(scope.type);
    const dependsOnUser = fields.has('user_id') || fields.has('user_domain_id');
    const key = JSON.stringify([scope, subject.credentials.roles, dependsOnUser && user.id]);
    const isAllowed = this.#decided.get(key) ?? this.#asked.allows(subject);
    this.#decided.set(key, isAllowed);
    return isAllowed ? { scope, held, subject } : null;
  }

  /** Somebody who may, as far as who asks may know of it; null when not even that. */
  view(capable: Capable): CapableView | null {
    if ('agent' in capable) {
      const { agent } = capable;
      const isKnown = mayOn(this.#context, agentGet, agent) && this.#mayTell(null, agent.domainId);
      return isKnown ? { userId: null, agentId: agent.id, roles: [], paths: [] } : null;
    }
    const { user, ways } = capable;
    const known = ways.filter(({ scope }) => this.#mayTell(user.id, scope.domainId));
    if (known.length === 0 || !mayOn(this.#context, userGet, user)) return null;
    const roles = new Set<string>();
    const paths = known.flatMap(({ scope, held, subject }) => {
      const needed = rolesNeeded(this.#graph, this.#asked, subject);
      for (const role of needed) roles.add(role);
      return pathsTo(this.#context, this.#graph, held, scope, needed);
    });
    return { userId: user.id, agentId: null, roles: [...roles], paths };
  }

  #mayTell(userId: string | null, domainId: string | null): boolean {
    return mayOn(this.#context, permissionGet, { userId, domainId });
  }
}
