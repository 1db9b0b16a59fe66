import type { Check } from './ast.js';
import { printCheck } from './print.js';

/**
 * Whether two checks are the same node by node, each rule replaced by its body: the name of a rule says nothing about
 * what it allows. `EXPANDED_SIZE_MAX` bounds the nodes.
 */
export function isSameCheck(one: Check, other: Check): boolean {
  if (one.kind === 'rule') return isSameCheck(one.body, other);
  if (other.kind === 'rule') return isSameCheck(one, other.body);
  switch (one.kind) {
    case 'not':
      return other.kind === 'not' && isSameCheck(one.of, other.of);
    case 'and':
    case 'or':
      return other.kind === one.kind && areSame(one.of, other.of);
    default:
      return other.kind === one.kind && printCheck(one) === printCheck(other);
  }
}

function areSame(some: readonly Check[], others: readonly Check[]): boolean {
  return (
    some.length === others.length &&
    some.every((one, index) => {
      const other = others[index];
      return other !== undefined && isSameCheck(one, other);
    })
  );
}
