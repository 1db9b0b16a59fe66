import type { ParsedCheck } from '../language/ast.js';
import { expandCheck, type Rules } from '../language/expand.js';
import { parseCheck } from '../language/parser.js';
import { CREDENTIAL_FIELDS } from './policy.js';

/** Parses named rules. @throws PolicySyntaxError for an unusable one, whether a policy uses it or not. */
export function readRules(texts: Readonly<Record<string, string>>): Map<string, ParsedCheck> {
  const rules = new Map(Object.entries(texts).map(([name, text]) => [name, parseRule(name, text)]));
  for (const [name, check] of rules) checkRule(name, check, rules);
  return rules;
}

export function parseRule(name: string, text: string): ParsedCheck {
  return parseCheck(text, { origin: `rule ${name}`, credentials: CREDENTIAL_FIELDS });
}

/** A rule that no policy uses has no target to check against, but its cycles and unknown rules are refused too. */
export function checkRule(name: string, check: ParsedCheck, rules: Rules): void {
  expandCheck(check, { origin: `rule ${name}`, rules, hasKey: () => true });
}
