import type { Check } from '../language/ast.js';
import { PolicyError } from '../language/errors.js';
import type { Boundary } from './policy.js';
import { readPart } from './read-part.js';
import type { Target } from './target.js';

const START = { line: 1, column: 1 };

/**
 * Reads a boundary. One by kind of agent becomes one check, `(agent_kind:A and …) or (agent_kind:B and …)`: so all that
 * reads checks (rows, SQL, explanations, proofs) knows kinds only as texts, and a kind without a boundary makes it TRUE
 * nowhere.
 *
 * @throws PolicySyntaxError for a text that cannot be read; PolicyError for one that names a rule.
 */
export function readBoundary(
  boundary: Boundary | undefined,
  origin: string,
  target: Target | undefined,
): Check | undefined {
  if (boundary === undefined) return undefined;
  const read = (text: string, part: string) => readPart(text, part, target, noRules(part));
  if (typeof boundary === 'string') return read(boundary, origin);
  const kinds = Object.entries(boundary).map(
    ([kind, text]): Check => ({ kind: 'and', of: [isOfKind(kind), read(text, `${origin}, kind ${kind}`)] }),
  );
  const [only] = kinds;
  return only !== undefined && kinds.length === 1 ? only : { kind: 'or', of: kinds };
}

const isOfKind = (text: string): Check => ({
  kind: 'comparison',
  known: { kind: 'credential', path: ['agent_kind'] },
  matched: { kind: 'text', text },
  at: START,
});

/** Operators replace rules, and must not replace a boundary by that. */
const noRules = (origin: string) => ({
  get: (name: string): undefined => {
    throw new PolicyError(`${origin}: a boundary cannot name a rule (rule:${name}), since operators can replace it`);
  },
});
