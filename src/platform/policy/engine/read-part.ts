import type { Check } from '../language/ast.js';
import { expandCheck, type Rules } from '../language/expand.js';
import { parseCheck } from '../language/parser.js';
import { CREDENTIAL_FIELDS } from './policy.js';
import type { Target } from './target.js';

/** Reads one part of a policy: parses it, expands its rules, checks its names. */
export function readPart(text: string, origin: string, target: Target | undefined, rules: Rules): Check {
  const parsed = parseCheck(text, { origin, credentials: CREDENTIAL_FIELDS });
  return expandCheck(parsed, { origin, rules, hasKey: (key) => target?.keys.has(key) ?? false });
}
