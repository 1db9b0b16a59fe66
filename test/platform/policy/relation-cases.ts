import { getTableName, sql } from 'drizzle-orm';
import { pgTable, text } from 'drizzle-orm/pg-core';
import type { Db, RootDb, Tx } from '../../../src/db/open.js';
import { rowsOf } from '../../../src/db/rows.js';
import {
  buildRegistry,
  defineTarget,
  type Policy,
  type Related,
  RelationReads,
  type Subject,
  withRelated,
} from '../../../src/platform/policy/index.js';
import type { Random } from '../../prove/walk.js';

/** Items with an owner, with labels tied to them, and with a hub whose members are found through another table. */
export const items = pgTable('relation_items', { id: text().primaryKey(), owner: text(), hub: text() });
const ties = pgTable('relation_ties', { itemId: text('item_id'), label: text() });
const hubs = pgTable('relation_hubs', { id: text(), name: text() });
const members = pgTable('relation_members', { hubId: text('hub_id'), member: text() });

type Item = typeof items.$inferSelect;

const target = defineTarget<Item & Related>()(items, {
  owner: { type: 'text', row: (row) => row.owner, sql: (table) => table.owner },
  labels: {
    type: 'text',
    list: true,
    relation: { from: ties, row: ties.itemId, value: ties.label },
    row: (row) => row.id,
    sql: (table) => table.id,
  },
  members: {
    type: 'text',
    list: true,
    relation: {
      from: sql`${hubs} join ${members} on ${members.hubId} = ${hubs.id}`,
      row: hubs.name,
      value: members.member,
    },
    row: (row) => row.hub,
    sql: (table) => table.hub,
  },
});
export type Key = 'owner' | 'labels' | 'members';
const KEYS: readonly Key[] = ['owner', 'labels', 'members'];
const TEXTS = ['a', 'b', 'c', "it's", 'None', '', '5'] as const;

/** What the tables hold, in memory: an item's owner, and the texts of its relations. */
interface Known extends Item {
  readonly labels: readonly string[];
  readonly members: readonly string[];
}

export interface Items {
  readonly known: readonly Known[];
  readonly rows: readonly Item[];
}

export async function createItems(db: Db, random: Random, count: number): Promise<Items> {
  await dropItems(db);
  await db.execute(sql`create table ${items} (id text primary key, owner text, hub text)`);
  await db.execute(sql`create table ${ties} (item_id text, label text)`);
  await db.execute(sql`create table ${hubs} (id text, name text)`);
  await db.execute(sql`create table ${members} (hub_id text, member text)`);
  const some = (max: number) => Array.from({ length: random.below(max + 1) }, () => random.pick(TEXTS));
  const membersOf = new Map(['north', 'south', 'empty'].map((name) => [name, name === 'empty' ? [] : some(3)]));
  const known = Array.from({ length: count }, (_, n): Known => {
    const owner = random.chance(0.2) ? null : random.pick(TEXTS);
    const hub = random.chance(0.2) ? null : random.pick([...membersOf.keys(), 'none such']);
    return { id: `item-${n}`, owner, hub, labels: some(3), members: membersOf.get(hub ?? '') ?? [] };
  });
  const rows = known.map(({ id, owner, hub }) => ({ id, owner, hub }));
  await db.insert(items).values(rows);
  const tied = known.flatMap(({ id, labels }) => labels.map((label) => ({ itemId: id, label })));
  // Rows that tie nothing: to no item, or no text.
  await db.insert(ties).values([...tied, { itemId: null, label: 'a' }, { itemId: 'item-0', label: null }]);
  await db.insert(hubs).values([...membersOf.keys()].map((name) => ({ id: `hub-${name}`, name })));
  const joined = [...membersOf].flatMap(([name, all]) => all.map((member) => ({ hubId: `hub-${name}`, member })));
  await db
    .insert(members)
    .values([...joined, { hubId: 'hub-gone', member: 'b' }, { hubId: 'hub-empty', member: null }]);
  return { known, rows };
}

export async function dropItems(db: Db): Promise<void> {
  for (const table of [items, ties, hubs, members])
    await db.execute(sql`drop table if exists ${sql.identifier(getTableName(table))}`);
}

const FIELDS = ['user_id', 'project_id', 'agent_id', 'roles'] as const;
type Field = (typeof FIELDS)[number];

/** A check as this file's own tree: it knows nothing of the engine's. */
type Tree =
  | { readonly op: 'and' | 'or'; readonly of: readonly Tree[] }
  | { readonly op: 'not'; readonly of: readonly [Tree] }
  | { readonly op: 'same'; readonly known: Field | 'a' | 5; readonly key: Key }
  | { readonly op: 'none'; readonly key: Key }
  | { readonly op: 'role'; readonly name: string };

/** Alternatives at the top keep allowed and denied in balance. */
export const randomTree = (random: Random): Tree => ({
  op: 'or',
  of: Array.from({ length: 2 + random.below(3) }, () => randomPart(random, 2)),
});

function randomPart(random: Random, depth: number): Tree {
  const kind = depth === 0 ? 9 : random.below(10);
  if (kind < 2) return { op: 'not', of: [randomPart(random, depth - 1)] };
  if (kind < 6) {
    const of = Array.from({ length: 2 + random.below(2) }, () => randomPart(random, depth - 1));
    return { op: kind < 4 ? 'and' : 'or', of };
  }
  const key = random.pick(KEYS);
  const leaf = random.below(12);
  if (leaf === 0) return { op: 'none', key };
  if (leaf === 1) return { op: 'role', name: random.pick(['a', 'b']) };
  return { op: 'same', known: leaf === 2 ? 5 : leaf === 3 ? 'a' : random.pick(FIELDS), key };
}

function textOf(tree: Tree): string {
  switch (tree.op) {
    case 'same':
      return `${tree.known === 'a' ? "'a'" : tree.known}:%(${tree.key})s`;
    case 'none':
      return `None:%(${tree.key})s`;
    case 'role':
      return `role:${tree.name}`;
    case 'not':
      return `not (${textOf(tree.of[0])})`;
    default:
      return tree.of.map((one) => `(${textOf(one)})`).join(` ${tree.op} `);
  }
}

export function randomSubject(random: Random): Subject {
  const maybe = () => (random.chance(0.15) ? undefined : random.chance(0.03) ? 'a\0' : random.pick(TEXTS));
  const list = () => (random.chance(0.2) ? null : Array.from({ length: random.below(3) }, () => random.pick(TEXTS)));
  const [userId, projectId, agentId] = [maybe(), maybe(), maybe()];
  return {
    scope: 'agent',
    credentials: {
      roles: list(),
      dropped_roles: random.chance(0.3) ? list() : null,
      ...(userId !== undefined && { user_id: userId }),
      ...(projectId !== undefined && { project_id: projectId }),
      ...(agentId !== undefined && { agent_id: agentId }),
    },
  };
}

type Said = 'yes' | 'no' | 'nothing';

/** What the language's page says of a check on an item, in memory: neither the engine nor SQL takes part. */
export function say(tree: Tree, { credentials }: Subject, item: Known): Said {
  switch (tree.op) {
    case 'not':
      return { yes: 'no', no: 'yes', nothing: 'nothing' }[say(tree.of[0], { scope: null, credentials }, item)] as Said;
    case 'and':
    case 'or': {
      const said = tree.of.map((one) => say(one, { scope: null, credentials }, item));
      const [decisive, neutral] = tree.op === 'and' ? (['no', 'yes'] as const) : (['yes', 'no'] as const);
      if (said.includes(decisive)) return decisive;
      return said.every((one) => one === neutral) ? neutral : 'nothing';
    }
    case 'role':
      return withDropped(credentials, (roles) =>
        roles.length === 0 ? 'nothing' : roles.includes(tree.name) ? 'yes' : 'no',
      );
    case 'none':
      return sayNone(tree.key, item);
    case 'same': {
      const { known, key } = tree;
      if (known === 'a') return sayAnyOf(['a'], textsOf(item, key));
      // A number is neither like a text nor unlike it.
      if (known === 5) return 'nothing';
      if (known === 'roles') return withDropped(credentials, (roles) => sayAnyOf(roles, textsOf(item, key)));
      const value = credentials[known];
      return sayAnyOf(value == null ? [] : [value], textsOf(item, key));
    }
  }
}

function sayNone(key: Key, item: Known): Said {
  if (key === 'owner') return item.owner === null ? 'yes' : item.owner === 'None' ? 'nothing' : 'no';
  const all = item[key];
  return all.length === 0 || all.includes('None') ? 'nothing' : 'no';
}

const textsOf = (item: Known, key: Key): readonly string[] =>
  key === 'owner' ? (item.owner === null ? [] : [item.owner]) : item[key];

function sayAnyOf(held: readonly string[], all: readonly string[]): Said {
  if (held.length === 0 || all.length === 0) return 'nothing';
  return held.some((one) => all.includes(one)) ? 'yes' : 'no';
}

/** What is no by the roles that were kept, and would be yes by those left out, is nothing. */
function withDropped({ roles, dropped_roles }: Subject['credentials'], ask: (roles: readonly string[]) => Said): Said {
  const said = ask(roles ?? []);
  return said === 'no' && ask(dropped_roles ?? []) === 'yes' ? 'nothing' : said;
}

/** Ids of the items on which a check allows: as the list's filter selects them, and as each row is decided in a transaction. */
export const decided = (db: RootDb, tree: Tree, subject: Subject, rows: readonly Item[]) =>
  db.transaction((tx) => decidedIn(tx, tree, subject, rows));

/** The same inside a transaction. */
export async function decidedIn(tx: Tx, tree: Tree, subject: Subject, rows: readonly Item[]) {
  const policy: Policy<Item & Related> = {
    name: 'item:read',
    description: 'Generated.',
    scopeTypes: ['agent'],
    target,
    boundary: { agent: '@' },
    check: textOf(tree),
    operations: [],
  };
  const registry = buildRegistry({ rules: {}, policies: [policy] });
  const couldBe = registry.decideOperation(policy, subject).outcome === 'ALLOWED';
  const { where } = registry.visible([policy], subject, items);
  const filtered = await tx.select({ id: items.id }).from(items).where(where);
  const reads = new RelationReads();
  registry.addRelations(policy, subject, reads);
  const found = await reads.read(
    rows,
    (statement) => rowsOf(tx, statement),
    (key, row) => key.row(row),
  );
  const allowed = rows.filter((row, index) => {
    const related = withRelated(row, found[index] ?? new Map());
    return registry.decideRow(policy, subject, related).outcome === 'ALLOWED';
  });
  return {
    text: textOf(tree),
    couldBe,
    filtered: filtered.map(({ id }) => id),
    allowed: allowed.map(({ id }) => id),
  };
}
