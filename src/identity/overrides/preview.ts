import { setImmediate } from 'node:timers/promises';
import type { Context } from '../../authority/index.js';
import {
  type AccessProof,
  type ChangedCell,
  changedCells,
  changedPolicies,
  proveAccess,
  registryUnder,
  strictRegistry,
} from '../../platform/policy/index.js';
import { implies } from '../assignments/index.js';
import { AS_DECLARED, readSet } from './in-force.js';
import { PERSONAS } from './personas.js';
import * as repository from './repository.js';
import { hashOf, type SetInput, usableSet } from './usable.js';

/** Steps of all proofs of one preview together: at most a few seconds of work. */
const STEPS_MAX = 100_000;

/** Differences shown at most; a set with more is wrong as a whole. */
const DIFFERENCES_MAX = 10_000;

export interface Preview {
  readonly baseRevision: number;
  readonly hash: string;
  readonly differences: readonly (ChangedCell & { readonly operations: readonly string[] })[];
  /** How many more differences there are. */
  readonly differencesOmitted: number;
  readonly proofs: readonly AccessProof[];
}

/** Which decisions would change if this set replaced the one in force. Changes nothing. */
export async function previewPolicyChange(context: Context, input: SetInput): Promise<Preview> {
  const set = usableSet(input, context);
  const { inForce } = await repository.findNumbers(context.db);
  const { registry: before } = registryUnder((await readSet(context.db, inForce)) ?? AS_DECLARED, context.declared);
  const after = strictRegistry(set, context.declared);
  const budget = { steps: STEPS_MAX };
  const differences: Preview['differences'][number][] = [];
  const proofs: AccessProof[] = [];
  let found = 0;
  for (const policy of changedPolicies(before, after)) {
    const operations = before.get(policy)?.operations ?? [];
    const cells = changedCells(policy, before, after, PERSONAS);
    found += cells.length;
    const told = cells.slice(0, DIFFERENCES_MAX - differences.length);
    differences.push(...told.map((cell) => ({ ...cell, operations })));
    proofs.push(...proveAccess(policy, before, after, implies, budget));
    // Lets other requests run: a set may change every policy.
    await setImmediate();
  }
  const hash = hashOf(set, inForce);
  return { baseRevision: inForce, hash, differences, differencesOmitted: found - differences.length, proofs };
}
