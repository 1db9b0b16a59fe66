import { LRUCache } from 'lru-cache';
import type { Db } from '../../db/open.js';
import { type RoleRow, roleImplications, roles } from './tables.js';

/** All roles with what they imply. */
export class RoleGraph {
  readonly #roles: ReadonlyMap<string, RoleRow>;
  readonly #edges: ReadonlyMap<string, readonly string[]>;
  readonly #closures = new Map<string, readonly RoleRow[]>();

  constructor(rows: readonly RoleRow[], edges: readonly { roleId: string; impliedRoleId: string }[]) {
    this.#roles = new Map(rows.map((row) => [row.id, row]));
    const targets = new Map<string, string[]>();
    for (const { roleId, impliedRoleId } of edges) {
      targets.set(roleId, [...(targets.get(roleId) ?? []), impliedRoleId]);
    }
    this.#edges = targets;
  }

  /** Every role, in no order. */
  get all(): readonly RoleRow[] {
    return [...this.#roles.values()];
  }

  get(id: string): RoleRow | undefined {
    return this.#roles.get(id);
  }

  /** Ids of the roles that one implies directly. */
  impliedBy(id: string): readonly string[] {
    return this.#edges.get(id) ?? [];
  }

  /** A role and all that it implies, directly or not. */
  closure(id: string): readonly RoleRow[] {
    const known = this.#closures.get(id);
    if (known !== undefined) return known;
    const reached = new Set<string>();
    const waiting = [id];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (reached.has(next)) continue;
      reached.add(next);
      waiting.push(...this.impliedBy(next));
    }
    const rows = [...reached].flatMap((reachedId) => this.#roles.get(reachedId) ?? []);
    this.#closures.set(id, rows);
    return rows;
  }

  /**
   * Names of the roles that policies see in whoever holds this one, sorted. A domain's role has no name there, so that
   * one called like a role of the deployment is none.
   */
  namesOf(id: string): readonly string[] {
    return this.closure(id)
      .flatMap(({ name, domainId }) => (domainId === null ? [name] : []))
      .sort();
  }
}

/** Reads all roles. */
export async function readRoleGraph(db: Db): Promise<RoleGraph> {
  return new RoleGraph(await db.select().from(roles), await db.select().from(roleImplications));
}

const cached = new WeakMap<object, LRUCache<number, RoleGraph>>();

/** The roles as of an authorization epoch; `owner` is what they are kept for: the process's database. */
export async function roleGraph(db: Db, owner: object, epoch: number): Promise<RoleGraph> {
  const cache = cached.get(owner) ?? new LRUCache<number, RoleGraph>({ max: 1 });
  cached.set(owner, cache);
  const graph = cache.get(epoch) ?? (await readRoleGraph(db));
  cache.set(epoch, graph);
  return graph;
}
