import type { Check, ParsedCheck, Position, RuleCall } from './ast.js';
import { PolicySyntaxError } from './errors.js';

/** How many nodes a check may have once its rules are expanded; rules that double each other grow fast. */
export const EXPANDED_SIZE_MAX = 1024;

/** Named rules as parsed, by name. */
export type Rules = Pick<ReadonlyMap<string, ParsedCheck>, 'get'>;

export interface ExpandOptions {
  readonly origin: string;
  readonly rules: Rules;
  /** Whether the target has a key of this name. */
  readonly hasKey: (name: string) => boolean;
}

interface Expanded {
  readonly check: Check;
  readonly size: number;
}

/**
 * Expands the named rules, and checks every name that the check uses.
 *
 * @throws PolicySyntaxError for an unknown rule or target key, rules that form a cycle (also inside `not`), and a
 *   check that grows past `EXPANDED_SIZE_MAX` nodes. An error inside a rule names the rule and its user.
 */
export function expandCheck(check: ParsedCheck, options: ExpandOptions): Check {
  const expanded = new Expansion(options).expand(check, options.origin);
  if (expanded.size > EXPANDED_SIZE_MAX) throw tooLarge(options.origin, { line: 1, column: 1 }, 'the check');
  return expanded.check;
}

function tooLarge(origin: string, at: Position, what: string): PolicySyntaxError {
  return new PolicySyntaxError(origin, at, `${what} expands to more than ${EXPANDED_SIZE_MAX} nodes`);
}

class Expansion {
  readonly #options: ExpandOptions;
  readonly #done = new Map<string, Expanded>();
  /** The rules that are being expanded, the outermost first. */
  readonly #path = new Set<string>();

  constructor(options: ExpandOptions) {
    this.#options = options;
  }

  expand(node: ParsedCheck, origin: string): Expanded {
    switch (node.kind) {
      case 'constant':
      case 'role':
        return { check: node, size: 1 };
      case 'comparison':
        if (node.matched.kind === 'key' && !this.#options.hasKey(node.matched.name)) {
          throw new PolicySyntaxError(origin, node.matched.at, `unknown target key: ${node.matched.name}`);
        }
        return { check: node, size: 1 };
      case 'not': {
        const { check, size } = this.expand(node.of, origin);
        return { check: { kind: 'not', of: check }, size: size + 1 };
      }
      case 'and':
      case 'or': {
        const operands = node.of.map((operand) => this.expand(operand, origin));
        const size = operands.reduce((sum, operand) => sum + operand.size, 1);
        return { check: { kind: node.kind, of: operands.map((operand) => operand.check) }, size };
      }
      case 'rule': {
        const { check, size } = this.#rule(node, origin);
        if (size > EXPANDED_SIZE_MAX) throw tooLarge(origin, node.at, `rule ${node.name}`);
        return { check: { ...node, body: check }, size: size + 1 };
      }
    }
  }

  #rule(call: RuleCall, origin: string): Expanded {
    const { name } = call;
    const known = this.#done.get(name);
    if (known) return known;
    const body = this.#options.rules.get(name);
    if (body === undefined) throw new PolicySyntaxError(origin, call.at, `unknown rule: ${name}`, 'UNDEFINED_RULE');
    if (this.#path.has(name)) {
      const path = [...this.#path];
      const cycle = [...path.slice(path.indexOf(name)), name].join(' -> ');
      throw new PolicySyntaxError(origin, call.at, `rules form a cycle: ${cycle}`, 'CYCLIC_RULE');
    }
    // A chain this long is too large in the end; refused here, no chain can exhaust the stack.
    if (this.#path.size >= EXPANDED_SIZE_MAX) throw tooLarge(origin, call.at, `rule ${name}`);
    this.#path.add(name);
    const expanded = this.expand(
      body,
      this.#options.origin === `rule ${name}` ? origin : `rule ${name} used by ${this.#options.origin}`,
    );
    this.#path.delete(name);
    this.#done.set(name, expanded);
    return expanded;
  }
}
