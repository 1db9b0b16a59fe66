import { and, eq, getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { Context } from '../../authority/index.js';
import { badInput, notFound } from '../../platform/errors.js';
import { kindOf } from '../../platform/ids.js';
import type { PolicyName, PolicyQuestion, TargetValues } from '../../platform/policy/index.js';

/** A policy asked about a target, or about any. */
export interface Question {
  readonly policy: PolicyName;
  readonly values: TargetValues | undefined;
  readonly asked: PolicyQuestion;
}

/**
 * The question whether a policy allows on a target that the caller may read. What the policy looks at comes from the
 * target's row.
 *
 * @throws Refusal NOT_FOUND for a policy that does not exist, and for a target that is missing or hidden;
 *   BAD_USER_INPUT for a target of a kind that the policy is not about.
 */
export async function questionOn(
  context: Context,
  policy: string,
  targetId: string | null | undefined,
): Promise<Question> {
  const known = context.policies.get(policy);
  if (known === undefined) throw notFound('policy');
  const values = targetId == null ? undefined : await readTarget(context, known.name, targetId);
  return { policy: known.name, values, asked: context.policies.question(known.name, values) };
}

/** The kind of the id tells the type, and the policy that guards the type's id who may read it. */
async function readTarget({ db, policies, actor }: Context, policy: PolicyName, id: string): Promise<TargetValues> {
  const kind = kindOf(id);
  const target = policies.targetOf(policy);
  const read = kind && policies.policyFor(`${kind}.id`);
  const isAbout = target !== undefined && read !== undefined && policies.targetOf(read.name)?.table === target.table;
  if (!isAbout) throw badInput(`${policy} does not apply to the object with this id.`, { argument: 'targetId' });
  const idColumn = getTableColumns(target.table).id;
  if (idColumn === undefined) throw new Error(`rows that ${policy} is about have no id`);
  const columns: Record<string, SQL> = {};
  for (const [name, key] of target.keys) columns[name] = sql`${key.sql(target.table)}`;
  const [row] = await db
    .select(columns)
    .from(target.table)
    .where(and(eq(idColumn, id), policies.visible([read.name], actor, target.table).where));
  if (row === undefined) throw notFound('target');
  return row as TargetValues;
}
