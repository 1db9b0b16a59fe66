import { eq, inArray, isNull, or } from 'drizzle-orm';
import { LRUCache } from 'lru-cache';
import type { Db } from '../../db/open.js';
import type { Id } from '../../platform/ids.js';
import { type RoleRow, roleImplications, roles } from './tables.js';

type RoleId = Id<'Role'>;

interface Edge {
  readonly roleId: RoleId;
  readonly impliedRoleId: RoleId;
}
type Edges = ReadonlyMap<RoleId, readonly RoleId[]>;

/** Roles and their implications. There is no cycle: writing an implication that closes one is refused. */
export class RoleGraph {
  readonly #roles: ReadonlyMap<RoleId, RoleRow>;
  readonly #implied: Edges;
  readonly #implying: Edges;
  readonly #closures = new Map<RoleId, readonly RoleRow[]>();
  readonly #names = new Map<RoleId, readonly string[]>();
  #global: ReadonlyMap<string, RoleRow> | undefined;

  constructor(rows: readonly RoleRow[], edges: readonly Edge[]) {
    this.#roles = new Map(rows.map((row) => [row.id, row]));
    this.#implied = edgesBy(edges.map(({ roleId, impliedRoleId }) => [roleId, impliedRoleId]));
    this.#implying = edgesBy(edges.map(({ roleId, impliedRoleId }) => [impliedRoleId, roleId]));
  }

  /** Every role, unordered. */
  get all(): readonly RoleRow[] {
    return [...this.#roles.values()];
  }

  get(id: RoleId): RoleRow | undefined {
    return this.#roles.get(id);
  }

  /** Ids of the roles that one implies directly. */
  impliedBy(id: RoleId): readonly RoleId[] {
    return this.#implied.get(id) ?? [];
  }

  /** A role and all that it implies, directly or not. */
  closure(id: RoleId): readonly RoleRow[] {
    const known = this.#closures.get(id);
    if (known !== undefined) return known;
    const rows = this.#rowsOf(reached(this.#implied, id));
    this.#closures.set(id, rows);
    return rows;
  }

  /** Ids of a role and of all that imply it, directly or not. */
  bringing(id: RoleId): readonly RoleId[] {
    return reached(this.#implying, id);
  }

  /** The shortest chain of implications from one role to another, both included; undefined when there is none. */
  chain(from: RoleId, to: RoleId): readonly RoleRow[] | undefined {
    const before = new Map<RoleId, RoleId>();
    if (!reached(this.#implied, from, before).includes(to)) return undefined;
    const ids = [to];
    for (let id = to; id !== from; ids.unshift(id)) id = before.get(id) ?? from;
    return this.#rowsOf(ids);
  }

  /** How many implications follow one another at most, in a chain through two roles of which the one is to imply the other. */
  longestChainThrough(id: RoleId, impliedId: RoleId): number {
    return longest(this.#implying, id) + 1 + longest(this.#implied, impliedId);
  }

  /**
   * Names of the roles that policies see for a holder of this role, sorted. Policies never see the name of a domain's
   * role, so it cannot pass for a global role of the same name.
   */
  namesOf(id: RoleId): readonly string[] {
    const known = this.#names.get(id);
    if (known !== undefined) return known;
    const names = this.closure(id)
      .flatMap(({ name, domainId }) => (domainId === null ? [name] : []))
      .sort();
    this.#names.set(id, names);
    return names;
  }

  /** These names of global roles, and the names of all that they imply. */
  withImplied(names: readonly string[]): ReadonlySet<string> {
    const named = names.flatMap((name) => this.#globalOf(name) ?? []);
    return new Set([...names, ...named.flatMap(({ id }) => this.namesOf(id))]);
  }

  /** Ids of the roles that bring one of these names. */
  naming(names: readonly string[]): readonly RoleId[] {
    const wanted = new Set(names);
    return [...this.#roles.keys()].filter((id) => this.namesOf(id).some((name) => wanted.has(name)));
  }

  /** How many roles the global role of this name brings, itself included; 0 when there is none. */
  sizeOf(name: string): number {
    const role = this.#globalOf(name);
    return role === undefined ? 0 : this.closure(role.id).length;
  }

  #globalOf(name: string): RoleRow | undefined {
    this.#global ??= new Map(this.all.flatMap((role) => (role.domainId === null ? [[role.name, role]] : [])));
    return this.#global.get(name);
  }

  #rowsOf(ids: readonly RoleId[]): readonly RoleRow[] {
    return ids.flatMap((id) => this.#roles.get(id) ?? []);
  }
}

function edgesBy(pairs: readonly (readonly [RoleId, RoleId])[]): Edges {
  const edges = new Map<RoleId, RoleId[]>();
  for (const [from, to] of pairs) {
    const others = edges.get(from);
    if (others === undefined) edges.set(from, [to]);
    else others.push(to);
  }
  return edges;
}

/** Where one gets to from a role, itself first, the nearest before the farther. `before` learns where from. */
function reached(edges: Edges, from: RoleId, before = new Map<RoleId, RoleId>()): readonly RoleId[] {
  const found = new Set([from]);
  for (const id of found) {
    for (const next of edges.get(id) ?? []) {
      if (found.has(next)) continue;
      before.set(next, id);
      found.add(next);
    }
  }
  return [...found];
}

function longest(edges: Edges, from: RoleId, known = new Map<RoleId, number>()): number {
  const length = known.get(from) ?? Math.max(0, ...(edges.get(from) ?? []).map((id) => 1 + longest(edges, id, known)));
  known.set(from, length);
  return length;
}

/**
 * Reads the global roles and those of some domains, by default of all. Roles of other domains do not change what these
 * bring, and can bring only the global ones.
 */
export async function readRoleGraph(db: Db, domainIds?: readonly Id<'Domain'>[]): Promise<RoleGraph> {
  const isAmong = domainIds && or(isNull(roles.domainId), inArray(roles.domainId, [...domainIds]));
  const rows = await db.select().from(roles).where(isAmong);
  const edges = await db
    .select({ roleId: roleImplications.roleId, impliedRoleId: roleImplications.impliedRoleId })
    .from(roleImplications)
    .innerJoin(roles, eq(roles.id, roleImplications.roleId))
    .where(isAmong);
  return new RoleGraph(rows, edges);
}

interface Kept {
  readonly epoch: number;
  readonly graph: RoleGraph;
}

const GRAPHS_MAX = 100;
const caches = new WeakMap<object, LRUCache<string, Kept>>();

/**
 * The roles that matter in a domain, or with null in the system, as of an authorization epoch. `owner` is the cache
 * key: one object for each database.
 */
export async function roleGraph(
  db: Db,
  owner: object,
  epoch: number,
  domainId: Id<'Domain'> | null,
): Promise<RoleGraph> {
  const cache = caches.get(owner) ?? new LRUCache<string, Kept>({ max: GRAPHS_MAX });
  caches.set(owner, cache);
  const kept = cache.get(domainId ?? '');
  if (kept?.epoch === epoch) return kept.graph;
  const graph = await readRoleGraph(db, domainId === null ? [] : [domainId]);
  cache.set(domainId ?? '', { epoch, graph });
  return graph;
}
