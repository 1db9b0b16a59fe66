import { getTableColumns, type SQL, sql } from 'drizzle-orm';
import { rowsOf } from '../db/rows.js';
import {
  type Decision,
  type PolicyName,
  RelationReads,
  type TargetKey,
  type TargetValues,
} from '../platform/policy/index.js';
import type { Context, Requirement } from './context.js';
import type { Operation, OperationsOn } from './operations.js';

/** An object with what the policies on its type decide by. */
export interface AskedObject {
  readonly id: string;
  decide(policy: PolicyName): Decision;
  valuesFor(policy: PolicyName): TargetValues | undefined;
  /** What the requirement of an operation reads. */
  readFor(operation: string): unknown;
}

type Key = TargetKey<never, never>;
type Row = Readonly<Record<string, unknown>> & { readonly id: string };
type Reads = NonNullable<Requirement['reads']>;

/** Objects of a type by id, those that the caller may read: in one statement. */
export async function readAsked(
  context: Context,
  { table, read, operations }: OperationsOn,
  asked: readonly Operation[],
  ids: readonly string[],
): Promise<ReadonlyMap<string, AskedObject>> {
  const { policies, actor, db } = context;
  const columns = columnsFor(context, operations, asked);
  const id = getTableColumns(table).id;
  if (id === undefined) throw new Error('objects that can be asked about have an id');
  const visible = policies.visible([read], actor, table);
  const wanted = sql.join(
    ids.map((one) => sql`${one}`),
    sql`, `,
  );
  const rows = await rowsOf<Row>(
    db,
    sql`select ${id} as "id"${columns.selected(table)} from ${table} where ${id} in (${wanted}) and ${visible.where}`,
  );
  const relations = new RelationReads();
  for (const { policy } of operations) policies.addRelations(policy, actor, relations);
  const related = await relations.read(
    rows,
    (statement) => rowsOf(db, statement),
    (key, row) => columns.textOf(key, row),
  );
  return new Map(
    rows.map((row, index) => {
      const valuesFor = (policy: PolicyName) => columns.valuesOf(context, policy, row, related[index]);
      const decide = (policy: PolicyName) => {
        const values = valuesFor(policy);
        return values ? policies.decideValues(policy, actor, values) : policies.decideOperation(policy, actor);
      };
      return [row.id, { id: row.id, decide, valuesFor, readFor: (name) => columns.readFor(name, row) }];
    }),
  );
}

type RelatedRow = Awaited<ReturnType<RelationReads['read']>>[number];

/** The keys of every policy on the type: requirements ask other policies than the mutation's. */
function columnsFor(context: Context, operations: readonly Operation[], asked: readonly Operation[]) {
  const names = new Map<Key | Reads, string>();
  const nameOf = (part: Key | Reads) => {
    const name = names.get(part) ?? `c${names.size}`;
    names.set(part, name);
    return name;
  };
  const keys = new Set<Key>();
  for (const { policy } of operations)
    for (const key of context.policies.targetOf(policy)?.keys.values() ?? []) keys.add(key as Key);
  const reads = new Map(
    asked.flatMap(({ name, requirement }) => (requirement?.reads ? [[name, requirement.reads]] : [])),
  );
  return {
    selected: (table: OperationsOn['table']): SQL => {
      const parts = [
        ...[...keys].map((key) => [nameOf(key), sql`${key.sql(table as never)}`] as const),
        ...[...new Set(reads.values())].map((one) => [nameOf(one), one(context)] as const),
      ];
      return sql.join(parts.map(([name, part]) => sql`, ${part} as ${sql.identifier(name)}`));
    },
    textOf: (key: unknown, row: Row): string | null => {
      const value = row[nameOf(key as Key)];
      return typeof value === 'string' ? value : null;
    },
    valuesOf: ({ policies }: Context, policy: PolicyName, row: Row, related: RelatedRow | undefined) => {
      const target = policies.targetOf(policy);
      if (target === undefined) return undefined;
      const values = [...target.keys].map(([name, key]) => {
        return [name, key.relation ? related?.get(key) : row[nameOf(key as Key)]] as const;
      });
      return Object.fromEntries(values.filter(([, value]) => value !== undefined)) as TargetValues;
    },
    readFor: (name: string, row: Row): unknown => {
      const one = reads.get(name);
      return one && row[nameOf(one)];
    },
  };
}
