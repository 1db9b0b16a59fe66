import { targetKey } from '../engine/compile.js';
import type { ScopeKey } from '../engine/policy.js';
import type { Target } from '../engine/target.js';
import type { World } from './circumstances.js';

/** Whether everybody who holds the first role also holds the second; both in lower case. */
export type RoleImplication = World['implies'];

const USER = ['roles', 'user_id', 'user_domain_id'];
const AGENT = ['agent_id', 'agent_kind', 'node_id', 'unit_id', 'workload_id', 'trust_state'];
const PROJECT = ['project_id', 'project_domain_id'];

/** The credential fields that a token of a scope can carry. */
const FIELDS: ReadonlyMap<ScopeKey, ReadonlySet<string>> = new Map([
  ['system', new Set([...USER, 'system_scope', 'operators_project_ids'])],
  ['domain', new Set([...USER, 'domain_id'])],
  ['project', new Set([...USER, ...PROJECT])],
  ['agent', new Set([...AGENT, ...PROJECT])],
]);

/** What can be true for a token of a scope; anything, when the scope is not listed. */
export function worldOf(scope: ScopeKey, target: Target | undefined, implies: RoleImplication): World {
  const fields = FIELDS.get(scope);
  return {
    holds: (field) => fields?.has(field) ?? true,
    implies,
    keyOf: (key) => {
      const { type, list = false } = targetKey(target, key);
      return { type, list };
    },
  };
}
