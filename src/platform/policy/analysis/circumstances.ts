import { isListField } from '../engine/policy.js';
import { hasType, type KeyType } from '../engine/target.js';
import type { Comparison, RoleCheck } from '../language/ast.js';
import { ABSENT, FALSE, TRUE, type Truth } from '../language/truth.js';
import { matchText, type Scalar } from '../language/values.js';

/** What is true for all callers and rows that a check can meet. */
export interface World {
  /** Whether a caller can hold the credential field at all. */
  readonly holds: (field: string) => boolean;
  /** Whether everybody who holds `role` also holds `other`; both in lower case. */
  readonly implies: (role: string, other: string) => boolean;
  readonly keyOf: (key: string) => { readonly type: KeyType; readonly list: boolean };
}

/** What the value of an atom depends on. */
export type Circumstance =
  | { readonly kind: 'fixed'; readonly value: Truth }
  | { readonly kind: 'role'; readonly name: string }
  | { readonly kind: 'constant'; readonly field: string; readonly text: string }
  | { readonly kind: 'match'; readonly field: string; readonly key: string }
  | { readonly kind: 'literal'; readonly value: Scalar; readonly key: string }
  | { readonly kind: 'null'; readonly key: string };

const NOTHING: Circumstance = { kind: 'fixed', value: ABSENT };

/** Reads an atom; one with only one possible value in this world is fixed. */
export function circumstanceOf(atom: RoleCheck | Comparison, world: World): Circumstance {
  if (atom.kind === 'role') return world.holds('roles') ? { kind: 'role', name: atom.name.toLowerCase() } : NOTHING;
  const { known, matched } = atom;
  if (known.kind === 'credential') {
    const field = known.path.join('.');
    if (!world.holds(known.path[0] ?? '')) return NOTHING;
    if (matched.kind === 'text') return { kind: 'constant', field, text: matched.text };
    // Every credential of the product is text.
    return world.keyOf(matched.name).type === 'text' ? { kind: 'match', field, key: matched.name } : NOTHING;
  }
  if (matched.kind === 'text')
    return { kind: 'fixed', value: known.value === null ? ABSENT : matchText(known.value, matched.text) };
  if (known.value === null) return { kind: 'null', key: matched.name };
  return hasType(world.keyOf(matched.name).type, known.value)
    ? { kind: 'literal', value: known.value, key: matched.name }
    : NOTHING;
}

/** Whether a value of the one atom rules out a value of the other. Call it in both directions. */
export function excludes(a: Circumstance, aValue: Truth, b: Circumstance, bValue: Truth, world: World): boolean {
  switch (a.kind) {
    case 'role':
      // Absent is a role that a narrowed token left out, and every role to a caller without any. Who holds a role holds
      // what it implies, and a token that keeps a role keeps that too.
      if (b.kind !== 'role' || !world.implies(a.name, b.name)) return false;
      return aValue === TRUE ? bValue !== TRUE : aValue === ABSENT && bValue === FALSE;
    case 'constant':
      if ((b.kind !== 'constant' && b.kind !== 'match') || b.field !== a.field) return false;
      // A narrowed token leaves out some roles only.
      if (a.field === 'roles') return false;
      if (aValue === ABSENT) return bValue !== ABSENT;
      return aValue === TRUE && b.kind === 'constant' && bValue === TRUE && !isListField(a.field);
    case 'literal':
      return b.kind === 'literal' && b.key === a.key && aValue === TRUE && bValue === TRUE && !world.keyOf(a.key).list;
    case 'null':
      return 'key' in b && b.key === a.key && b.kind !== 'null' && aValue === TRUE && bValue !== ABSENT;
    default:
      return false;
  }
}
