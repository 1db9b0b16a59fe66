import { getTableColumns } from 'drizzle-orm';
import { type AuthorizationContext, byId, related, TARGET_TYPES } from '../../authority/index.js';
import type { Db } from '../../db/open.js';
import { rowsWhere } from '../../db/rows.js';
import { kindOf } from '../../platform/ids.js';
import type { PolicyName, PolicyRegistry } from '../../platform/policy/index.js';
import { clause, values } from '../../platform/sql/clause.js';

/** An object of any kind. */
interface Row {
  readonly id: string;
}

const TYPES: ReadonlySet<string> = new Set(Object.values(TARGET_TYPES));

/** The policy that decides who reads objects of a type, and the table of their rows if it decides on rows. */
export function readingOf(policies: PolicyRegistry, type: string) {
  const read = policies.policyFor(`${type}.id`)?.name;
  return read && { read, table: policies.targetOf(read)?.table };
}

/** Objects of several kinds by id, with one statement for each kind. */
export async function rowsByIds(
  db: Db,
  ids: readonly string[],
  { policies }: AuthorizationContext,
): Promise<ReadonlyMap<string, Row>> {
  const parts = [...byType(ids, (id) => id)].map(async ([type, some]): Promise<Row[]> => {
    const table = readingOf(policies, type)?.table;
    const id = table && getTableColumns(table).id;
    return table && id ? ((await rowsWhere(db, table, clause`${id} in (${values(some)})`)) as unknown as Row[]) : [];
  });
  return byId((await Promise.all(parts)).flat());
}

/** The same objects, in order, with the relations by which it is decided whether the caller may read them. */
export async function withRelations(
  db: Db,
  authorization: AuthorizationContext,
  rows: readonly Row[],
): Promise<readonly Row[]> {
  const parts = [...byType(rows, ({ id }) => id)].map(([type, some]) => {
    const reading = readingOf(authorization.policies, type);
    return related(db, authorization, reading ? [reading.read] : [], some);
  });
  const found = byId((await Promise.all(parts)).flat());
  return rows.map((row) => found.get(row.id) ?? row);
}

/** Whether the caller may read an object; a candidate of policies need not count that it was told. */
export const mayRead = ({ policies, actor }: AuthorizationContext, read: PolicyName, row: Row): boolean =>
  policies.decideRow<Row>(read, actor, row).outcome === 'ALLOWED';

function byType<One>(all: readonly One[], idOf: (one: One) => string): ReadonlyMap<string, One[]> {
  const groups = new Map<string, One[]>();
  for (const one of all) {
    const type = kindOf(idOf(one));
    if (type === undefined || !TYPES.has(type)) continue;
    const group = groups.get(type) ?? [];
    groups.set(type, group);
    group.push(one);
  }
  return groups;
}
