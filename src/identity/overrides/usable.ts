import { createHash } from 'node:crypto';
import type { Services } from '../../authority/index.js';
import { invalid, limitReached, type UserErrorFact, UserErrors } from '../../platform/errors.js';
import { faultsOf, lockedOut, type OverrideSet, type RegistryInput } from '../../platform/policy/index.js';
import { isStorable, validName } from '../../platform/text.js';
import { implies } from '../assignments/index.js';

const ENTRIES_MAX = 500;
const FAULTS_MAX = 20;

/** A set as a caller sends it. */
export interface SetInput {
  readonly overrides: readonly { readonly name: string; readonly check: string }[];
  readonly enforceNewDefaults?: boolean | null | undefined;
}

/**
 * The caller's set, checked and in canonical order.
 *
 * @throws UserErrors INVALID for each unusable entry, with line and column in its check, and for a set that takes an
 *   essential policy from system administrators; LIMIT_REACHED for a set that is too large.
 */
export function usableSet(input: SetInput, { declared }: Pick<Services, 'declared'>): OverrideSet {
  const { overrides, enforceNewDefaults } = input;
  if (overrides.length > ENTRIES_MAX) throw limitReached(`There are at most ${ENTRIES_MAX} overrides.`, 'overrides');
  const names = overrides.map(({ name }) => name);
  for (const [index, { name, check }] of overrides.entries()) {
    const path = ['overrides', String(index)];
    validName(name, ...path, 'name');
    if (names.indexOf(name) < index) throw invalid(`${name} is given twice.`, ...path, 'name');
    if (!isStorable(check)) throw invalid('A check must not contain NUL or broken surrogates.', ...path, 'check');
  }
  const entries = [...overrides].sort((a, b) => (a.name < b.name ? -1 : 1)).map(({ name, check }) => ({ name, check }));
  const set = { entries, enforceNewDefaults: enforceNewDefaults ?? true };
  const facts = factsAbout(set, declared).map(({ name, ...fact }) => {
    const index = names.indexOf(name);
    return { ...fact, path: index < 0 ? ['overrides'] : ['overrides', String(index), 'check'] };
  });
  if (facts.length > 0) throw new UserErrors(facts.slice(0, FAULTS_MAX));
  return set;
}

/** Every reason why a set may not come into force. */
export function factsAbout(set: OverrideSet, declared: RegistryInput): readonly (UserErrorFact & { name: string })[] {
  const faults = faultsOf(set, declared);
  const problems =
    faults.length > 0
      ? faults
      : lockedOut(set, declared, implies).map((name) => ({
          name,
          message: `${name} must stay usable for every administrator of the system, and with this check it might not be.`,
        }));
  return problems.map(({ name, message }) => ({ code: 'INVALID', name, message, path: [] }));
}

/** Identifies a set and its base revision, only by what operators wrote. */
export function hashOf({ entries, enforceNewDefaults }: OverrideSet, baseRevision: number): string {
  const written = [baseRevision, enforceNewDefaults, entries.map(({ name, check }) => [name, check])];
  return `sha256:${createHash('sha256').update(JSON.stringify(written)).digest('hex')}`;
}
