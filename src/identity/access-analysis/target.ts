import { and, eq, getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { Context } from '../../authority/index.js';
import { rowsOf } from '../../db/rows.js';
import { badInput, notFound } from '../../platform/errors.js';
import { kindOf } from '../../platform/ids.js';
import {
  NOTHING_KNOWN,
  type PolicyName,
  type PolicyQuestion,
  RelatedTexts,
  type RelationKey,
  RelationReads,
  type Subject,
  type Target,
  type TargetValues,
  textsTiedTo,
} from '../../platform/policy/index.js';
import { operatorsProjectsHeld } from '../projects/index.js';

/** A question to a policy, about one target or about any. */
export interface Question {
  readonly policy: PolicyName;
  readonly values: TargetValues | undefined;
  readonly asked: PolicyQuestion;
  /** Relations of the target; empty without a target. */
  readonly relations: TargetRelations;
  /** What tokens of the system hold. */
  readonly operatorsProjectIds: readonly string[];
}

/**
 * Whether a policy allows something on a target that the caller may read. The target's row provides the values for the
 * check.
 *
 * @throws Refusal NOT_FOUND for a policy that does not exist, and for a target that is missing or hidden;
 *   BAD_USER_INPUT for a target of a kind that the policy does not apply to.
 */
export async function questionOn(
  context: Context,
  policy: string,
  targetId: string | null | undefined,
): Promise<Question> {
  const known = context.policies.get(policy);
  if (known === undefined) throw notFound('policy');
  const { values, relations } = targetId == null ? NO_TARGET : await readTarget(context, known.name, targetId);
  const asked = context.policies.question(known.name, values);
  const operatorsProjectIds = await operatorsProjectsHeld(context.db, context.inForce, context.actor.epoch);
  const ofTarget = new TargetRelations(context, asked, relations);
  return { policy: known.name, values, asked, relations: ofTarget, operatorsProjectIds };
}

/** A relation of the target: the value that its rows refer to, and what was read of it so far. */
interface TargetRelation {
  readonly ref: string;
  readonly known: RelatedTexts;
}

/**
 * The relations of a target. Any number of texts can be related to it, so only those of the subjects in question are
 * read.
 */
export class TargetRelations {
  readonly #context: Context;
  readonly #asked: PolicyQuestion;
  readonly #relations: ReadonlyMap<RelationKey, TargetRelation>;

  constructor(context: Context, asked: PolicyQuestion, relations: ReadonlyMap<RelationKey, TargetRelation>) {
    this.#context = context;
    this.#asked = asked;
    this.#relations = relations;
  }

  /** The value by which a relation refers to the target; undefined when nothing can be related to it. */
  refOf(key: RelationKey): string | undefined {
    return this.#relations.get(key)?.ref;
  }

  /** Reads what the decisions on these subjects depend on. Call it before any decision on them. */
  async readFor(subjects: readonly Subject[]): Promise<void> {
    if (this.#relations.size === 0) return;
    const reads = new RelationReads();
    for (const subject of subjects) this.#asked.addRelations(subject, reads);
    const [found] = await reads.read(
      [this.#relations],
      (statement) => rowsOf(this.#context.db, statement),
      (key, relations) => relations.get(key)?.ref ?? null,
    );
    for (const [key, { known }] of this.#relations) {
      for (const text of reads.textsOf(key)) known.note(text, found?.get(key)?.has(text) ?? false);
    }
  }
}

interface TargetRead {
  readonly values: TargetValues | undefined;
  readonly relations: ReadonlyMap<RelationKey, TargetRelation>;
}

const NO_TARGET: TargetRead = { values: undefined, relations: new Map() };

/** The kind of the id gives the type; the policy on the type's `id` field decides who may read it. */
async function readTarget({ db, policies, actor }: Context, policy: PolicyName, id: string): Promise<TargetRead> {
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
  return withRelations(db, target, row as TargetValues);
}

/** The values of a target's row, with a relation object in place of each reference. */
async function withRelations(db: Context['db'], target: Target, row: TargetValues): Promise<TargetRead> {
  const values = { ...row };
  const relations = new Map<RelationKey, TargetRelation>();
  for (const [name, key] of target.keys) {
    if (key.relation === undefined) continue;
    const ref = row[name];
    const known = new RelatedTexts(typeof ref !== 'string' || !(await hasTexts(db, key, ref)));
    // This value represents every caller that is not related to the target.
    known.note(NOTHING_KNOWN, false);
    values[name] = known;
    if (typeof ref === 'string') relations.set(key, { ref, known });
  }
  return { values, relations };
}

async function hasTexts(db: Context['db'], { relation }: RelationKey, ref: string): Promise<boolean> {
  const [row] = await rowsOf<{ has: boolean }>(db, sql`select exists (${textsTiedTo(ref, relation)}) as has`);
  return row?.has ?? false;
}
