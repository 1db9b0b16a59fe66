import { type Act, type Action, type Context, mutate, userOf } from '../../authority/index.js';
import { notFound, previewOutdated, staleEtag, UserErrors } from '../../platform/errors.js';
import type { OverrideSet } from '../../platform/policy/index.js';
import { validText } from '../../platform/text.js';
import { readSet } from './in-force.js';
import { policyOverride } from './policies.js';
import { type RevisionView, viewOf } from './reading.js';
import * as repository from './repository.js';
import type { RevisionRow } from './tables.js';
import { factsAbout, hashOf, type SetInput, usableSet } from './usable.js';

interface Reasoned {
  readonly reason?: string | null | undefined;
}

export interface SetOverrides extends SetInput, Reasoned {
  readonly baseRevision: number;
  readonly previewHash?: string | null | undefined;
}

/** Names in one audit entry at most. */
const NAMED_MAX = 50;

const CHANGE = { policy: policyOverride.name } as const;

/** Replaces the whole set in force. */
export async function setPolicyOverrides(context: Context, input: SetOverrides): Promise<RevisionView> {
  const reason = validText(input.reason, 'reason');
  const set = usableSet(input, context);
  return mutate(context, CHANGE, async (act) => {
    const { inForce } = await repository.findNumbers(act.tx);
    if (input.previewHash != null && input.previewHash !== hashOf(set, inForce)) throw previewOutdated();
    requireBase(inForce, input.baseRevision);
    return enforce(act, set, { inForce, reason, rolledBackTo: null, action: 'policy_overrides.set' });
  });
}

export interface Rollback extends Reasoned {
  readonly revision: number;
  readonly baseRevision: number;
}

/** Puts the set of an earlier revision back in force, as a new revision; 0 means the declared policies. */
export async function rollbackPolicyOverrides(context: Context, input: Rollback): Promise<RevisionView> {
  const reason = validText(input.reason, 'reason');
  return mutate(context, CHANGE, async (act) => {
    const { inForce } = await repository.findNumbers(act.tx);
    requireBase(inForce, input.baseRevision);
    const set = await requireSet(act, input.revision);
    const facts = factsAbout(set, context.declared);
    if (facts.length > 0) throw new UserErrors(facts.map(({ name, ...fact }) => ({ ...fact, path: ['revision'] })));
    const rolledBackTo = input.revision;
    return enforce(act, set, { inForce, reason, rolledBackTo, action: 'policy_overrides.rolled_back' });
  });
}

function requireBase(inForce: number, base: number): void {
  if (base !== inForce) throw staleEtag(`Revision ${inForce} is in force now.`, 'baseRevision');
}

async function requireSet(act: Act, number: number): Promise<OverrideSet> {
  const row = number === 0 ? undefined : await repository.findByNumber(act.tx, number);
  const set = row?.isCandidate ? undefined : await readSet(act.tx, number);
  if (set === undefined) throw notFound('revision');
  return set;
}

interface Change extends Pick<RevisionRow, 'reason' | 'rolledBackTo'> {
  readonly inForce: number;
  readonly action: Action;
}

/** Returns the revision in force afterwards; if the set is in force already, the revision that introduced it. */
async function enforce(act: Act, set: OverrideSet, change: Change): Promise<RevisionView> {
  const { inForce, reason, rolledBackTo, action } = change;
  const before = await readSet(act.tx, inForce);
  if (isSame(before, set)) return act.unchanged(await viewOf(act.tx, inForce));
  await act.changeRights();
  const row = await insert(act, set, { isCandidate: false, reason, rolledBackTo });
  const { enforceNewDefaults } = set;
  const details = {
    baseRevision: inForce,
    rolledBackTo,
    changed: bounded(changedNames(before, set)),
    enforceNewDefaults,
    reason,
  };
  await act.audit({ action, target: targetOf(row), owner: {}, details });
  return row;
}

function insert(
  act: Act,
  { entries, enforceNewDefaults }: OverrideSet,
  row: Pick<RevisionRow, 'isCandidate' | 'reason' | 'rolledBackTo'>,
): Promise<RevisionRow> {
  const userId = userOf(act.actor);
  return repository.insert(act.tx, { ...row, userId, enforceNewDefaults, createdAt: act.now }, entries);
}

const targetOf = ({ number }: RevisionRow) => ({ type: 'PolicyRevision' as const, id: String(number) });

/** The revision has the complete list. */
const bounded = (names: readonly string[]) =>
  names.length <= NAMED_MAX ? names : [...names.slice(0, NAMED_MAX), `and ${names.length - NAMED_MAX} more`];

/** Names whose check was added, removed or changed; the checks are in the revisions. */
function changedNames(before: OverrideSet | undefined, after: OverrideSet): readonly string[] {
  const checks = (set: OverrideSet | undefined) => new Map(set?.entries.map(({ name, check }) => [name, check]));
  const [old, young] = [checks(before), checks(after)];
  return [...new Set([...old.keys(), ...young.keys()])].filter((name) => old.get(name) !== young.get(name)).sort();
}

const isSame = (before: OverrideSet | undefined, after: OverrideSet) =>
  before?.enforceNewDefaults === after.enforceNewDefaults && changedNames(before, after).length === 0;

/** Starts to compare a set with the one in force, and replaces any other candidate. It decides nothing. */
export async function setPolicyCandidate(context: Context, input: SetInput & Reasoned): Promise<RevisionRow> {
  const reason = validText(input.reason, 'reason');
  const set = usableSet(input, context);
  return mutate(context, CHANGE, async (act) => {
    const { candidate: replaced } = await repository.findNumbers(act.tx);
    const tried = replaced === null ? undefined : await repository.findByNumber(act.tx, replaced);
    // Keeps the counts of the candidate: delete it first to start again.
    if (tried && isSame(await readSet(act.tx, tried.number), set)) return act.unchanged(tried);
    // Nobody's rights change, but a new epoch is how other processes notice the candidate.
    await act.changeRights();
    await repository.endCandidate(act.tx, act.now);
    const row = await insert(act, set, { isCandidate: true, reason, rolledBackTo: null });
    const { enforceNewDefaults, entries } = set;
    const details = { replaced, names: bounded(entries.map(({ name }) => name)), enforceNewDefaults, reason };
    await act.audit({ action: 'policy_candidate.set', target: targetOf(row), owner: {}, details });
    return row;
  });
}

/** Ends the candidate. */
export async function deletePolicyCandidate(context: Context, input: Reasoned): Promise<RevisionRow> {
  const reason = validText(input.reason, 'reason');
  return mutate(context, CHANGE, async (act) => {
    if ((await repository.findNumbers(act.tx)).candidate === null) throw notFound('policy candidate');
    await act.changeRights();
    const row = await repository.endCandidate(act.tx, act.now);
    if (row === undefined) throw notFound('policy candidate');
    await act.audit({ action: 'policy_candidate.deleted', target: targetOf(row), owner: {}, details: { reason } });
    return row;
  });
}
