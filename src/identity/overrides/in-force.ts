import type { Judgement, PoliciesInForce } from '../../authority/index.js';
import type { Db } from '../../db/open.js';
import {
  changedPolicies,
  type OverrideSet,
  type PolicyRegistry,
  type RegistryInput,
  registryUnder,
} from '../../platform/policy/index.js';
import * as repository from './repository.js';
import { Tally, type Watchers } from './tally.js';

/** In force until somebody changes policies. */
export const AS_DECLARED: OverrideSet = { entries: [], enforceNewDefaults: true };

/** The overrides of a revision; revision 0 is the declared policies. */
export async function readSet(db: Db, number: number): Promise<OverrideSet | undefined> {
  if (number === 0) return AS_DECLARED;
  const row = await repository.findByNumber(db, number);
  const entries = await repository.listEntries(db, [number]);
  return row && { entries: entries.get(number) ?? [], enforceNewDefaults: row.enforceNewDefaults };
}

interface Enforced {
  readonly number: number;
  readonly policies: PolicyRegistry;
}

interface State {
  readonly epoch: number;
  readonly enforced: Enforced;
  readonly tally: Tally | null;
}

/**
 * The policies in force in this process. Every change of them bumps the authorization epoch, which each request reads
 * with its token. So the cached policies are valid until a request has a newer epoch; other requests read nothing.
 */
export class Overrides implements PoliciesInForce {
  readonly #declared: RegistryInput;
  readonly #watchers: Watchers;
  #state: State | null = null;

  constructor({ declared, ...watchers }: Watchers & { readonly declared: RegistryInput }) {
    this.#declared = declared;
    this.#watchers = watchers;
  }

  async at(db: Db, epoch: number): Promise<Judgement> {
    let state = this.#state;
    if (state === null || state.epoch < epoch) {
      state = await this.#read(db, epoch);
      // A request with a newer epoch may have finished meanwhile; what it read is newer too.
      if (this.#state === null || this.#state.epoch <= epoch) this.#state = state;
      else state = this.#state;
    }
    return { policies: state.enforced.policies, candidate: state.tally?.forRequest() ?? null };
  }

  /** Stores what was counted for the candidate. */
  async flush(db: Db): Promise<void> {
    const tally = this.#state?.tally;
    const rows = tally?.drain() ?? [];
    if (rows.length === 0) return;
    try {
      await repository.addChanges(db, rows);
    } catch (error) {
      tally?.restore(rows);
      throw error;
    }
  }

  async #read(db: Db, epoch: number): Promise<State> {
    const numbers = await repository.findNumbers(db);
    const known = this.#state;
    const enforced =
      known?.enforced.number === numbers.inForce ? known.enforced : await this.#build(db, numbers.inForce);
    const isSame = known?.enforced === enforced && (known.tally?.number ?? null) === numbers.candidate;
    const tally = isSame ? known.tally : await this.#tally(db, numbers.candidate, enforced);
    // The same candidate, now compared with other policies: keep what was counted.
    if (tally !== null && tally !== known?.tally && tally.number === known?.tally?.number)
      tally.restore(known.tally.drain());
    return { epoch, enforced, tally };
  }

  async #build(db: Db, number: number): Promise<Enforced> {
    const set = await readSet(db, number);
    if (set === undefined) throw new Error(`The policies of revision ${number} are missing.`);
    const { registry, faults } = registryUnder(set, this.#declared);
    for (const fault of faults)
      this.#watchers.log.warn({ revision: number, ...fault }, 'an override cannot be used as it is');
    return { number, policies: registry };
  }

  async #tally(db: Db, number: number | null, { policies }: Enforced): Promise<Tally | null> {
    if (number === null) return null;
    const candidate = await this.#build(db, number);
    return new Tally(number, candidate.policies, changedPolicies(policies, candidate.policies), this.#watchers);
  }
}
